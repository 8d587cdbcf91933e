"""Looking for words in all that a person and their models said.

needle      what is looked for, and where in a text it stands
sources     what is searched: titles, prompts, what models thought and answered
sqlite      the index on SQLite: full-text search over all substrings of three characters
postgresql  the index on PostgreSQL: trigrams
index       the one of the two that this room has: made after each migrate, where it is missing
scanning    looking through the newest conversations without an index
finding     the search: which of these when, so that the work is bounded and nothing of one's own is overlooked
"""
