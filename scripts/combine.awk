# SPDX-License-Identifier: BSD-2-Clause
#
# Combines choices into the variants of a matrix, for scripts/variants.sh.
# Reads the table of choices (axis TAB choice TAB help TAB conflicts), prints
# one legal variant per line as axis=choice words in axis order. Nothing here
# is drawn by chance: the same choices give the same variants.
#
#   shape=product  every combination of the choices of the axes in `vary`, the
#                  others as in `base`
#   shape=ablate   `base`, `base` with each choice of `towards` by itself, and
#                  `towards`
#   shape=cover    few variants in which each pair of choices of any two axes
#                  occurs that occurs in any legal variant; the first are those
#                  in `with`, separated by semicolons

BEGIN { FS = "\t" }

{
	if (!($1 in number)) { axis[++axes] = $1; number[$1] = axes }
	i = number[$1]
	choice[i, ++choices[i]] = $2
	place[$1 "=" $2] = choices[i]
	n = split($4, other, " ")
	for (k = 1; k <= n; k++) excludes[$1 "=" $2, other[k]] = excludes[other[k], $1 "=" $2] = 1
}

END {
	if (shape == "product") { allow(base, vary); product(1) }
	else if (shape == "ablate") ablate()
	else if (shape == "cover") cover()
	else { print "combine.awk: no shape \"" shape "\"" > "/dev/stderr"; exit 1 }
}

function word(i, j) { return axis[i] "=" choice[i, j] }

# fits I J: does choice J of axis I exclude none that is chosen?
function fits(i, j,    k) {
	if (fixed[i] && fixed[i] != j) return 0
	for (k = 1; k <= axes; k++)
		if (k != i && chosen[k] && ((word(i, j), word(k, chosen[k])) in excludes)) return 0
	return 1
}

# take WORDS: chooses these, and nothing else; whether they are legal together.
function take(words,    n, part, list, k, legal) {
	for (k = 1; k <= axes; k++) chosen[k] = 0
	n = split(words, list, " ")
	legal = 1
	for (k = 1; k <= n; k++) {
		split(list[k], part, "=")
		if (!fits(number[part[1]], place[list[k]])) legal = 0
		chosen[number[part[1]]] = place[list[k]]
	}
	return legal
}

function row(    i, text) {
	for (i = 1; i <= axes; i++) text = text (i > 1 ? " " : "") word(i, chosen[i])
	return text
}

# allow BASE AXES: every axis but these is fixed at its choice in BASE.
function allow(base, vary,    n, list, free, part, k) {
	n = split(vary, list, " ")
	for (k = 1; k <= n; k++) free[list[k]] = 1
	n = split(base, list, " ")
	for (k = 1; k <= n; k++) {
		split(list[k], part, "=")
		if (!(part[1] in free) && !("all" in free)) fixed[number[part[1]]] = place[list[k]]
	}
}

function product(i,    j) {
	if (i > axes) { print row(); return }
	for (j = 1; j <= choices[i]; j++)
		if (fits(i, j)) { chosen[i] = j; product(i + 1); chosen[i] = 0 }
}

function ablate(    n, list, part, k, i, line) {
	if (take(base)) { print row(); seen[row()] = 1 }
	n = split(towards, list, " ")
	for (k = 1; k <= n; k++) {
		split(list[k], part, "=")
		i = number[part[1]]
		take(base)
		if (chosen[i] == place[list[k]]) continue
		chosen[i] = 0
		line = fits(i, place[list[k]])
		chosen[i] = place[list[k]]
		if (line && !(row() in seen)) { print row(); seen[row()] = 1 }
	}
	if (take(towards) && !(row() in seen)) print row()
}

# completable: can the axes still open be chosen, so that all is legal?
function completable(    i, j) {
	for (i = 1; i <= axes && chosen[i]; i++) ;
	if (i > axes) return 1
	for (j = 1; j <= choices[i]; j++)
		if (fits(i, j)) {
			chosen[i] = j
			if (completable()) { chosen[i] = 0; return 1 }
			chosen[i] = 0
		}
	return 0
}

# need: every pair that some legal variant has, in `missing` as i, j, k, l.
function need(    i, j, k, l) {
	for (i = 1; i <= axes; i++) for (j = 1; j <= choices[i]; j++)
		for (k = i + 1; k <= axes; k++) for (l = 1; l <= choices[k]; l++) {
			take("")
			chosen[i] = j
			if (!fits(k, l)) continue
			chosen[k] = l
			if (completable()) { wanted[++pairs] = i " " j " " k " " l; missing[i, j, k, l] = 1; left++ }
		}
}

# gain I J: how many missing pairs choice J of axis I makes with what is chosen.
function gain(i, j,    k, n) {
	for (k = 1; k <= axes; k++)
		if (k != i && chosen[k]) n += k < i ? (k, chosen[k], i, j) in missing : (i, j, k, chosen[k]) in missing
	return n + 0
}

# covered: takes the pairs of the chosen variant from those that are missing.
function covered(    i, k) {
	for (i = 1; i <= axes; i++) for (k = i + 1; k <= axes; k++)
		if ((i, chosen[i], k, chosen[k]) in missing) { delete missing[i, chosen[i], k, chosen[k]]; left-- }
	print row()
}

# grow PAIR WAY: a variant with this pair that has many missing ones: axis after
# axis, the choice that gains most. WAY says in which order the axes come, and
# which of two equal choices is taken. Gives how many it has.
function grow(pair, way,    part, i, j, at, best, most, found, sum) {
	take("")
	split(pair, part, " ")
	chosen[part[1]] = part[2]
	chosen[part[3]] = part[4]
	sum = 1
	for (at = 1; at <= axes; at++) {
		i = way % 2 ? axes + 1 - at : at
		if (chosen[i]) continue
		most = -1
		for (j = 1; j <= choices[i]; j++) {
			if (!fits(i, j)) continue
			found = gain(i, j)
			if (found < most || (found == most && way < 2)) continue
			chosen[i] = j
			if (completable()) { best = j; most = found }
			chosen[i] = 0
		}
		chosen[i] = best
		sum += most
	}
	return sum
}

function cover(    n, list, k, way, part, found, most, best) {
	need()
	n = split(with, list, ";")
	for (k = 1; k <= n; k++) if (take(list[k])) covered()
	while (left > 0) {
		most = 0
		for (k = 1; k <= pairs; k++) {
			split(wanted[k], part, " ")
			if (!((part[1], part[2], part[3], part[4]) in missing)) continue
			for (way = 0; way < 4; way++) {
				found = grow(wanted[k], way)
				if (found > most) { most = found; best = row() }
			}
		}
		take(best)
		covered()
	}
}
