"""Made-up conversations in bulk, for measuring a room that has been lived in: `manage.py generate`.

words   what people and models talk about, in several languages
texts   prompts, thoughts and answers made of them
models  the models that are asked, with what they show of their thought and what they cost
talks   a year of conversations, side by side, as rows of the record in the order of their times
bulk    rows into the database, many at a time
"""
