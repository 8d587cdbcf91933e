"""Providers that everybody knows, and the environment variable that each documents for its key.

Names only: whoever configures the room reads the environment.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """A provider for which a key is enough. `models` only where it has no list to ask for."""

    name: str
    label: str
    base_url: str
    key_variable: str
    dialect: str = "openai-chat"
    models: tuple[str, ...] = ()


KNOWN: tuple[KnownProvider, ...] = (
    KnownProvider("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    # Only its newer API returns anything of what its models thought.
    KnownProvider("openai", "OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY", "openai-responses"),
    KnownProvider("anthropic", "Anthropic", "https://api.anthropic.com", "ANTHROPIC_API_KEY", "anthropic"),
    KnownProvider(
        "gemini", "Gemini", "https://generativelanguage.googleapis.com/v1beta", "GEMINI_API_KEY", dialect="gemini"
    ),
    KnownProvider("deepseek", "DeepSeek", "https://api.deepseek.com", "DEEPSEEK_API_KEY"),
    KnownProvider("groq", "Groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    KnownProvider("mistral", "Mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    KnownProvider("xai", "xAI", "https://api.x.ai/v1", "XAI_API_KEY"),
    KnownProvider("together", "Together", "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    KnownProvider("cohere", "Cohere", "https://api.cohere.com/v2", "COHERE_API_KEY", "cohere"),
    KnownProvider("cerebras", "Cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
    KnownProvider("moonshot", "Moonshot", "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY"),
    KnownProvider("qwen", "Qwen", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY"),
    KnownProvider("zai", "Z.ai", "https://api.z.ai/api/paas/v4", "ZAI_API_KEY"),
    KnownProvider(
        "perplexity",
        "Perplexity",
        "https://api.perplexity.ai",
        "PERPLEXITY_API_KEY",
        models=("sonar", "sonar-pro", "sonar-reasoning-pro", "sonar-deep-research"),
    ),
    KnownProvider("fireworks", "Fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    KnownProvider("vercel", "Vercel AI Gateway", "https://ai-gateway.vercel.sh/v1", "AI_GATEWAY_API_KEY"),
)
