"""mem0 with a local store and infer off, on the texts and questions it is given as JSON on stdin. Prints one line of JSON.

Its model is the address that the bench serves, so that its time is not what is measured.
"""
import json
import os
import resource
import sys
import tempfile
import time

os.environ.setdefault("MEM0_TELEMETRY", "False")
os.environ.setdefault("OPENAI_API_KEY", "none")
folder = tempfile.mkdtemp(prefix="souvenir-scale-mem0-")
os.environ["MEM0_DIR"] = folder
from mem0 import Memory  # noqa: E402  (reads the variables above)

given = json.load(sys.stdin)
memory = Memory.from_config(
    {
        "vector_store": {
            "provider": "qdrant",
            "config": {"path": f"{folder}/qdrant", "on_disk": True, "embedding_model_dims": 384, "collection_name": "scale"},
        },
        "embedder": {
            "provider": "openai",
            "config": {"model": "made-up", "openai_base_url": given["model"], "api_key": "none", "embedding_dims": 384},
        },
        "llm": {"provider": "openai", "config": {"api_key": "none"}},
        "history_db_path": f"{folder}/history.db",
    }
)
began = time.perf_counter()
for text in given["texts"]:
    memory.add(text, user_id="ada", infer=False)
added = time.perf_counter() - began


def search(question):
    start = time.perf_counter()
    found = memory.search(question, filters={"user_id": "ada"}, top_k=10, threshold=0)
    if not found["results"]:
        raise SystemExit("mem0 found nothing: its search was called wrongly")
    return (time.perf_counter() - start) * 1000


first, *times = [search(question) for question in given["questions"]]
times.sort()
size = sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)
print(
    json.dumps(
        {
            "addsPerSecond": len(given["texts"]) / added,
            "firstSearch": first,
            "p50": times[len(times) // 2],
            "p99": times[min(len(times) - 1, int(len(times) * 0.99))],
            "bytes": size / len(given["texts"]),
            "residentMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        }
    )
)
