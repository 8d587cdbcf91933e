"""What a model writes (Markdown with mathematics and code) → safe HTML, whole and as it arrives.

    blocks     cuts a growing text into top-level blocks; what is cut off is sealed
    html       one block → safe HTML, and a whole text → the same blocks, one after the other
    stream     what a live page must add, step by step, to look like the page loaded afresh

Below them: `lines` and `fence` (what a line may begin), `formulas` and `latex` (mathematics),
`highlight` (colours of code), `writer` (parser events → HTML), `sanitize` (the last step).
"""
