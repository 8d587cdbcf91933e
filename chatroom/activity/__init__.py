"""What thinking costs: one's own replies in numbers, and the house's for its administrators.

ranges       from which day to which, as an address says it; pure
periods      a range → whole months and days at its edges, and the sums of the books over them
figures      such sums, each with over how many replies it goes; pure
quantiles    how values are spread: from the values, or from the steps of the books; pure
rows         one's latest replies, of which spread, conversations and outliers are read
outliers     the house's, by indexes only
own, house   what the two pages tell
saying       numbers as words
charts       bars and boxes as places on a drawing; pure
tables       headed rows of words
download     one line a reply, as CSV
views        who may see what

It has no tables: all of it is read from the ledger.
"""
