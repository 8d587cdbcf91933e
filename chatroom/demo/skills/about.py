"""What the demo says about itself. It must stay true: the tests ask every example."""

from __future__ import annotations

WHAT_I_AM = "I am the demo of this room: a small program, not a language model."

EXAMPLES = (
    "Which is bigger, 9.11 or 9.9?",
    "How many r's are in strawberry?",
    "A train covers 210 km in 90 minutes. How fast is it?",
    "What is 12 × (3 + 4) − 5?",
    "How many days are there until Christmas?",
    "Sort 3.2, 3.14 and 3.1 from largest to smallest.",
)

_KINDS = "comparing and sorting, sums, letters in words, dates, and speed, distance and time"

CAN_DO = f"I really work out small questions of a few kinds, step by step: {_KINDS}. For example:\n\n" + "\n".join(
    f"- {example}" for example in EXAMPLES[:3]
)

ADD_A_MODEL = """\
To talk with a language model, give this room one and start it again:

- **With a key**, set in the environment:

  ```sh
  export OPENROUTER_API_KEY=…
  ```

  `OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, `GEMINI_API_KEY`, `DEEPSEEK_API_KEY` and others work the same way.
- **On this computer**: run Ollama, llama.cpp, LM Studio or vLLM. They are found by themselves.
- **Anything else**: describe it in a TOML file and name that file in `CHATROOM_PROVIDERS`."""
