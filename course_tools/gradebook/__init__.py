"""The only room that knows nbgrader's database, its folders and its exchange.

`settings` reads nbgrader's configuration, `database` opens or makes the gradebook, `writer` saves reports,
`ledger` remembers what was saved, `submissions` reads what students handed in without trusting it,
`folders` writes autograded/, `table` answers "who has how many points", `collect` empties the exchange.
Nothing here imports nbgrader at the top: that costs about three seconds.
"""
