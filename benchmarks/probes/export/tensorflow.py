import tensorflow as tf

from benchmarks import exports


def collect(spec):
    routes = {
        "own": exports.Route((), saved, run_saved),
        "onnx": exports.Route(("tf2onnx", "onnxruntime"), onnx, run_onnx),
        "litert": exports.Route((), litert, run_litert),
        "openvino": exports.Route(("openvino",), openvino, run_openvino),
    }
    return exports.collect(spec, routes, answer, (32, 32, 3))


def answer(model, example):
    return model(tf.constant(example), training=False).numpy()


def saved(model, example):
    model.export("model", verbose=False)
    return "model"


def run_saved(folder, example):
    loaded = tf.saved_model.load(folder)
    return loaded.serve(tf.constant(example)).numpy()


def onnx(model, example):
    import tf2onnx

    signature = [tf.TensorSpec(example.shape, example.dtype)]
    tf2onnx.convert.from_function(
        tf.function(lambda x: model(x, training=False)), signature, opset=18, output_path="model.onnx"
    )
    return "model.onnx"


def run_onnx(file, example):
    import onnxruntime

    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: example})[0]


def litert(model, example):
    """With the batch of the example, as the other side's routes and the guide on recurrent layers have it."""
    signature = [tf.TensorSpec(example.shape, example.dtype)]
    model.export("model", input_signature=signature, verbose=False)
    return tf.lite.TFLiteConverter.from_saved_model("model").convert()


def run_litert(content, example):
    interpreter = tf.lite.Interpreter(model_content=content)
    place = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(place, example.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(place, example)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def openvino(model, example):
    import openvino

    return openvino.convert_model(saved(model, example))


def run_openvino(model, example):
    import openvino

    compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled([example])[0]
