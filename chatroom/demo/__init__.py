"""The built-in provider: a server on loopback that speaks the OpenAI chat format and works small questions out.

It is a small program, not a language model, and says so. The rest of the room does not know about
it: it is spoken to like any other provider.

    server        the HTTP surface, at reading speed
    wire          the chat-completions format: requests in, chunks out
    models        the three models, and what each lets one see of its thought
    conversation  what was asked, and where an interrupted reply was cut
    tokens        how text is cut into tokens, and counted
    skills        one module a kind of question
"""
