"""Ask a language model and listen: bytes in, events out. Pure Python, no Django, no settings.

    request     what is asked
    events      what a provider can say
    errors      what can go wrong
    provider    who is asked, and the one function that does the I/O
    dialects    how it is put on the wire and read from it
    parts       events → the parts of a reply
    listings    the model lists of providers, each in its shape
    catalog     which models a provider has, and what they can do
    discovery   providers that run on this machine
    known       providers that everybody knows

On the command line: `python -m chatroom.providers ask --help`.
"""
