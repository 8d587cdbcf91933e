"""The books: one flat row for each reply that is over, and what those come to by day and month.

models      the tables
facts       a run and what it said → its row; pure
booking     rows for runs that have ended, and the sums beside them, in one transaction
sums        rows → sums, and sums into their tables
keeping     doing so for ever, beside a process's requests
spreadsheets  cells that no spreadsheet runs as a formula
checking    whether the sums are those of the rows, and making them anew
"""
