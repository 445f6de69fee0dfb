"""What other programs make of a model's files: the tokenizers library and ONNX Runtime in Python.

usage: model_reference.py MODEL_DIR OUT.json POOLING TEXT_PREFIX QUESTION_PREFIX TOKENS TEXTS.json
Gives [{text, kind, ids, vector}]: for each text, as one that is kept and as a question, its tokens cut at TOKENS and, where
the weights are there, its vector of length 1; of the long ones only two have one.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

folder, out, pooling, text_prefix, question_prefix, limit, texts = sys.argv[1:]
LONG = [
    "We talked about the garden, the roof and what to plant in spring. " * 60,
    "我们谈到了花园、屋顶和春天要种什么。" * 120,
    "word" * 3_000,
    "犬" * 6_000,
]
MORE = [
    "Rex, our golden retriever, loves the beach.",
    "我们家的金毛犬叫雷克斯，喜欢去海边。",
    "艾达星期五飞往里斯本。",
    "房租每月一号到期。",
    "what is my dog called",
    "我的狗叫什么名字？",
    "¿Cómo se llama mi perro?",
    "ﬁne ﬂuid ½ ① Ｆｕｌｌｗｉｄｔｈ ㌔ ™",
    "e\u0301 \u00e9 \u212b \u1e9b\u0323 \u0958",
    "a\u200bb\u00adc\ufeffd\u200de",
    "tab\tnew\nline\r\nnbsp\u00a0end\u3000wide",
    "many     spaces   here ",
    "\u0000control\u0007bell",
    "Привет, как дела? Ёжик",
    "नमस्ते दुनिया",
    "ภาษาไทยไม่มีช่องว่าง",
    "▁already▁marked ##ing [SEP] <s> </s> <mask>",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧 🇵🇹 🏳️‍🌈",
]
tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
tokenizer.no_padding()
tokenizer.enable_truncation(int(limit))
weights = Path(folder) / "onnx/model_quantized.onnx"
session = onnxruntime.InferenceSession(str(weights), providers=["CPUExecutionProvider"]) if weights.exists() else None


def vector(ids):
    row = np.array([ids], np.int64)
    feeds = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
    states = session.run(None, {wanted.name: feeds[wanted.name] for wanted in session.get_inputs()})[0][0]
    pooled = states[0] if pooling == "cls" else states.mean(axis=0)
    return (pooled / np.linalg.norm(pooled)).tolist()


given = [one["text"] for one in json.loads(Path(texts).read_text())]
result = []
for text in dict.fromkeys([*given, *MORE, *LONG]):
    for kind, prefix in (("text", text_prefix), ("question", question_prefix)):
        ids = tokenizer.encode(f"{prefix} {text}" if prefix else text).ids
        read = session is not None and (text not in LONG or (kind == "text" and text in LONG[:2]))
        result.append({"text": text, "kind": kind, "ids": ids, **({"vector": vector(ids)} if read else {})})
Path(out).write_text(json.dumps(result, ensure_ascii=False))
