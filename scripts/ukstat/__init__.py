# SPDX-License-Identifier: BSD-2-Clause
"""Reading, judging and tabulating the results of ukbench runs.

names      the grammar of benchmark names
schema     what a line of results.jsonl must look like
reader     results.jsonl -> Results, strict
estimate   medians, bootstrap intervals, differences
factorial  main effects and interactions of any set of axes
summary    Results -> one estimate per variant and benchmark
ablation   what each technique is worth, and what they are together
instrument the A/A and dose-response verdicts
report     Summary -> tables
render     tables -> terminal, Markdown, CSV
published  the figures of the papers, with their status
modelled   what only a modelled processor can tell
validation the validation document of the modelled processors

Python's standard library only: tables must not need what plots need.
"""
