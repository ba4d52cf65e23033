# SPDX-License-Identifier: BSD-2-Clause
#
# Horizontal bars, a panel per benchmark, a bar per variant. variants.sh
# defines what is shown (see scripts/ukstat/gnuplot.py) and
#   output   file to write
#   kind     svg or png
# Horizontal, because variants have long names.

columns = panels > 1 ? 2 : 1
lines = (panels + columns - 1) / columns
row_height = 24
panel_height = rows * row_height + 62
small_print = 19
top = 46 + |above| * small_print
bottom = 26 + |below| * small_print
width = 1160
height = top + lines * panel_height + bottom

if (kind eq 'svg') {
	set terminal svg size width,height background '#ffffff' \
		font 'DejaVu Sans,13' noenhanced name 'variants'
} else {
	set terminal pngcairo size width,height background '#ffffff' \
		font 'DejaVu Sans,10' noenhanced
}
set output output

# pixels from the top to the screen's fraction from the bottom
screen_y(p) = 1 - p / real(height)

label_width = 175
set multiplot
set label 1 heading at screen 0.015, screen screen_y(22) font ',17'
do for [i = 1:|above|] {
	set label 1 + i above[i] at screen 0.015, \
		screen screen_y(30 + i * small_print) font ',11'
}
do for [i = 1:|below|] {
	set label 1 + |above| + i below[i] at screen 0.015, \
		screen screen_y(height - bottom + 2 + i * small_print) font ',11'
}

set style fill solid 1.0 noborder
# white behind the numbers, so that no line crosses them
set style textbox opaque fillcolor '#ffffff' noborder margins 0.4,0.2
set yrange [rows - 0.4 : -0.6]
set border 1
set tics nomirror scale 0.4
set ytics scale 0
set format x '%g'
unset key
set grid x lc rgb '#dddddd' lw 1 lt 1

do for [i = 1:panels] {
	column = (i - 1) % columns
	line = (i - 1) / columns
	left = column == 0 ? label_width : label_width + (width - label_width) / 2.0 + 10
	right = column == columns - 1 ? width - 20 : label_width + (width - label_width) / 2.0 - 20
	upper = top + line * panel_height + 28
	set lmargin at screen left / real(width)
	set rmargin at screen right / real(width)
	set tmargin at screen screen_y(upper)
	set bmargin at screen screen_y(upper + rows * row_height)
	set title title[i] font ',13' offset 0,-0.5

	# the numbers stand to the right of the bars
	span = largest[i] - least[i] > 0 ? largest[i] - least[i] : 1
	set xrange [least[i] : least[i] + span * 1.18]
	set arrow 1 from reference[i], graph 0 to reference[i], graph 1 \
		nohead dt 3 lc rgb '#555555' back
	# the panels of a line share the labels at its left
	label_column = column > 0 ? 7 : 2
	plot $bars index i - 1 using 3:1:(0):3:($1-0.36):($1+0.36):($1 == 0 ? 0xa0a0a0 : 0x56b4e9):ytic(label_column) \
			with boxxyerror lc rgb variable, \
		'' index i - 1 using 3:($4 < $5 ? $1 : NaN):4:5 with xerrorbars pt -1 lc rgb '#000000' lw 1.3, \
		'' index i - 1 using 5:1:6 with labels left offset 0.8,0 font ',11' boxed
	unset label
	unset arrow
}
unset multiplot
