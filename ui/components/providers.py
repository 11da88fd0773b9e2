"""Where a chat model can run, with the lines for `.env`."""

PROVIDERS = {
    "OpenAI": "COACH_MODEL=openai/gpt-5-mini\nOPENAI_API_KEY=…",
    "DashScope (Qwen)": "COACH_MODEL=dashscope/qwen-plus\nDASHSCOPE_API_KEY=…",
    "DeepSeek": "COACH_MODEL=deepseek/deepseek-chat\nDEEPSEEK_API_KEY=…",
    "Moonshot (Kimi)": "COACH_MODEL=moonshot/kimi-k2-0905-preview\nMOONSHOT_API_KEY=…",
    "Anthropic": "COACH_MODEL=anthropic/claude-sonnet-4-5\nANTHROPIC_API_KEY=…",
    "Ollama": "COACH_MODEL=openai/qwen3:8b\nCOACH_API_BASE=http://127.0.0.1:11434/v1",
    "vLLM": "COACH_MODEL=openai/<served name>\nCOACH_API_BASE=http://127.0.0.1:8000/v1",
    "llama.cpp": "COACH_MODEL=openai/local\nCOACH_API_BASE=http://127.0.0.1:8080/v1",
}
"""By name, as the README has them."""
