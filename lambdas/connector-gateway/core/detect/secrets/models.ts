import type { SecretRule } from "../detector";
import { b36, b62, hex, keyed, rule, token, UUID, url } from "./pattern";

const OPENAI = "https://platform.openai.com/docs/api-reference/authentication";
const ANTHROPIC = "https://docs.claude.com/en/api/overview";
const ANTHROPIC_ADMIN = "https://docs.claude.com/en/api/administration-api";
const LANGSMITH = "https://docs.langchain.com/langsmith/create-account-api-key";

// The middle of OpenAI's keys, the text OpenAI in base64.
const MARK = "T3BlbkFJ";
const openai = (id: string, title: string, prefix: string): SecretRule =>
  token(id, title, OPENAI, prefix, `${url(20, 100)}${MARK}${url(20, 100)}`, { right: "token" });

/** Language models and what is built around them. */
export const MODELS: readonly SecretRule[] = [
  token("openai-api-key", "OpenAI API key", OPENAI, "sk-", `${b62(20)}${MARK}${b62(20)}`),
  openai("openai-project-key", "OpenAI project API key", "sk-proj-"),
  openai("openai-service-account-key", "OpenAI service account key", "sk-svcacct-"),
  openai("openai-admin-key", "OpenAI admin key", "sk-admin-"),
  rule("anthropic-api-key", "Anthropic API key", ANTHROPIC, `sk-ant-api[0-9]{2}-${url(80, 120)}`, {
    keywords: ["sk-ant-api"],
  }),
  rule("anthropic-admin-key", "Anthropic admin API key", ANTHROPIC_ADMIN, `sk-ant-admin[0-9]{2}-${url(80, 120)}`, {
    keywords: ["sk-ant-admin"],
  }),
  rule(
    "anthropic-oauth-token",
    "Anthropic OAuth token",
    "https://docs.claude.com/en/docs/claude-code/iam",
    `sk-ant-o[ar]t[0-9]{2}-${url(80, 120)}`,
    {
      keywords: ["sk-ant-oat", "sk-ant-ort"],
    },
  ),
  token(
    "openrouter-key",
    "OpenRouter API key",
    "https://openrouter.ai/docs/api-reference/authentication",
    "sk-or-v1-",
    hex(64),
  ),
  token("groq-api-key", "Groq API key", "https://console.groq.com/docs/quickstart", "gsk_", b62(52)),
  token("xai-api-key", "xAI API key", "https://docs.x.ai/docs/tutorial", "xai-", b62(80)),
  token(
    "perplexity-api-key",
    "Perplexity API key",
    "https://docs.perplexity.ai/guides/api-key-management",
    "pplx-",
    b62(48),
  ),
  token(
    "replicate-token",
    "Replicate API token",
    "https://replicate.com/docs/topics/security/api-tokens",
    "r8_",
    b62(37),
  ),
  token("nvidia-api-key", "NVIDIA API key", "https://docs.api.nvidia.com/nim/docs/api-quickstart", "nvapi-", url(64)),
  token(
    "fireworks-api-key",
    "Fireworks AI API key",
    "https://docs.fireworks.ai/getting-started/quickstart",
    "fw_",
    b62(22, 24),
  ),
  token(
    "together-api-key",
    "Together AI API key",
    "https://docs.together.ai/docs/api-keys-authentication",
    "tgp_v1_",
    url(43),
  ),
  token("cerebras-api-key", "Cerebras API key", "https://inference-docs.cerebras.ai/quickstart", "csk-", b36(48)),
  keyed("deepseek-api-key", "DeepSeek API key", "https://api-docs.deepseek.com/", ["deepseek"], `sk-${hex(32)}`),
  keyed(
    "mistral-api-key",
    "Mistral API key",
    "https://docs.mistral.ai/getting-started/quickstart/",
    ["mistral"],
    b62(32),
  ),
  keyed(
    "cohere-api-key",
    "Cohere API key",
    "https://docs.cohere.com/docs/rate-limits",
    ["cohere", "co_api_key"],
    b62(40),
  ),
  keyed(
    "voyage-api-key",
    "Voyage AI API key",
    "https://docs.voyageai.com/docs/api-key-and-installation",
    ["voyage"],
    `pa-${url(43)}`,
  ),
  token("langsmith-personal-token", "LangSmith personal access token", LANGSMITH, "lsv2_pt_", `${hex(32)}_${hex(10)}`),
  token("langsmith-service-key", "LangSmith service key", LANGSMITH, "lsv2_sk_", `${hex(32)}_${hex(10)}`),
  token(
    "langfuse-secret-key",
    "Langfuse secret key",
    "https://langfuse.com/docs/api-and-data-platform/features/public-api",
    "sk-lf-",
    UUID,
  ),
  token(
    "elevenlabs-api-key",
    "ElevenLabs API key",
    "https://elevenlabs.io/docs/api-reference/authentication",
    "sk_",
    hex(48),
  ),
  token(
    "pinecone-api-key",
    "Pinecone API key",
    "https://docs.pinecone.io/guides/projects/manage-api-keys",
    "pcsk_",
    `${b62(5, 7)}_${b62(60, 66)}`,
  ),
  rule(
    "tavily-api-key",
    "Tavily API key",
    "https://docs.tavily.com/documentation/api-reference/introduction",
    `tvly-(?:dev-|prod-)?${b62(32)}`,
    {
      keywords: ["tvly-"],
    },
  ),
  token("jina-api-key", "Jina AI API key", "https://jina.ai/reader/", "jina_", `${hex(32)}${url(28)}`),
  token(
    "firecrawl-api-key",
    "Firecrawl API key",
    "https://docs.firecrawl.dev/api-reference/introduction",
    "fc-",
    hex(32),
  ),
  token("e2b-api-key", "E2B API key", "https://e2b.dev/docs/api-key", "e2b_", hex(40)),
  keyed("wandb-api-key", "Weights & Biases API key", "https://docs.wandb.ai/support/find_api_key/", ["wandb"], hex(40)),
  keyed(
    "deepgram-api-key",
    "Deepgram API key",
    "https://developers.deepgram.com/guides/fundamentals/authenticating",
    ["deepgram"],
    hex(40),
  ),
  keyed(
    "assemblyai-api-key",
    "AssemblyAI API key",
    "https://www.assemblyai.com/docs/api-reference/overview",
    ["assemblyai", "assembly_ai"],
    hex(32),
  ),
];
