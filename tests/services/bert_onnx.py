"""Writes a sentence encoder of BERT's shape as ONNX with 8-bit weights, from its weights as NumPy arrays.

Gives OUT/onnx/model_quantized.onnx with the names and tensors of such models' usual ONNX releases, so that code
which loads a release can be tested without a download.
Inputs input_ids, attention_mask, token_type_ids: int64 (batch, length); output
last_hidden_state: float32 (batch, length, width).
"""
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic


def write_bert(out, name, weights, layers, heads, width, full=False):
    """`weights` has the names of the Transformers library; its words may be (8-bit table, scale) already, as they become.
    `full` keeps the network of 32 bits beside, as onnx/model.onnx.
    """
    nodes, constants = [], {}

    def constant(name, value):
        constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def op(kind, *inputs, **attributes):
        output = f"{kind.lower()}_{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def dense(x, name):
        product = op("MatMul", x, constant(name + ".weight_t", weights[name + ".weight"].T))
        return op("Add", product, constant(name + ".bias", weights[name + ".bias"]))

    def norm(x, name):
        scale, bias = (constant(f"{name}.{part}", weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return op("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-12)

    def embedded(table):
        if isinstance(table, np.ndarray):
            return op("Gather", constant("words", table), "input_ids")
        whole, scale = table
        return op("DequantizeLinear", op("Gather", constant("words", whole), "input_ids"), constant("words_scale", np.float32(scale)))

    def split_heads(x, order):
        return op("Transpose", op("Reshape", x, "heads_shape"), perm=order)

    constant("heads_shape", np.array([0, 0, heads, width // heads], np.int64))
    constant("width_shape", np.array([0, 0, width], np.int64))
    for key, value in {"one": 1, "half": 0.5, "far": -1e9, "root2": 2**0.5, "scale": (width // heads) ** 0.5}.items():
        constant(key, np.float32(value))
    for key, value in {"zero": [0], "first": [1], "head_axes": [1, 2]}.items():
        constant(key, np.array(value, np.int64))

    length = op("Gather", op("Shape", "input_ids"), "first")
    positions = op("Slice", constant("positions", weights["embeddings.position_embeddings.weight"]), "zero", length, "zero")
    words = embedded(weights["embeddings.word_embeddings.weight"])
    kinds = op("Gather", constant("kinds", weights["embeddings.token_type_embeddings.weight"]), "token_type_ids")
    x = norm(op("Add", op("Add", words, positions), kinds), "embeddings.LayerNorm")
    mask = op("Unsqueeze", op("Cast", "attention_mask", to=TensorProto.FLOAT), "head_axes")
    bias = op("Mul", op("Sub", "one", mask), "far")
    for i in range(layers):
        layer = f"encoder.layer.{i}."
        query, value = (split_heads(dense(x, layer + "attention.self." + part), [0, 2, 1, 3]) for part in ("query", "value"))
        key = split_heads(dense(x, layer + "attention.self.key"), [0, 2, 3, 1])
        scores = op("Softmax", op("Add", op("Div", op("MatMul", query, key), "scale"), bias), axis=-1)
        context = op("Reshape", op("Transpose", op("MatMul", scores, value), perm=[0, 2, 1, 3]), "width_shape")
        x = norm(op("Add", x, dense(context, layer + "attention.output.dense")), layer + "attention.output.LayerNorm")
        inner = dense(x, layer + "intermediate.dense")
        gelu = op("Mul", op("Mul", inner, "half"), op("Add", op("Erf", op("Div", inner, "root2")), "one"))
        x = norm(op("Add", x, dense(gelu, layer + "output.dense")), layer + "output.LayerNorm")
    nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))

    tensor = lambda name: helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
    graph = helper.make_graph(
        nodes, name, [tensor(n) for n in ("input_ids", "attention_mask", "token_type_ids")],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "length", width])], list(constants.values()))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "model.onnx"
        onnx.save(model, str(network))
        quantize_dynamic(str(network), str(out / "onnx" / "model_quantized.onnx"), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
        if full:
            shutil.copy(network, out / "onnx" / "model.onnx")
