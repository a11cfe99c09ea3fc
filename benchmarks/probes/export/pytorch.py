import torch

from benchmarks import exports

XNNPACK = "executorch.backends.xnnpack.partition.xnnpack_partitioner"


def collect(spec):
    routes = {
        "own": exports.Route((), own, lambda file, x: torch.export.load(file).module()(tensor(x)).detach()),
        "onnx": exports.Route(("onnx", "onnxscript", "onnxruntime"), onnx, run_onnx),
        "litert": exports.Route(("litert_torch", "ai_edge_litert.interpreter"), litert, run_litert),
        "openvino": exports.Route(("openvino",), openvino, run_openvino),
        "executorch": exports.Route(
            ("executorch.exir", XNNPACK, "executorch.runtime"), executorch, run_executorch
        ),
    }
    return exports.collect(spec, routes, answer, (3, 32, 32))


def tensor(array):
    return torch.from_numpy(array)


def answer(model, example):
    model.eval()
    with torch.no_grad():
        return model(tensor(example)).numpy()


def own(model, example):
    torch.export.save(torch.export.export(model, (tensor(example),)), "model.pt2")
    return "model.pt2"


def onnx(model, example):
    torch.onnx.export(model, (tensor(example),), "model.onnx", dynamo=True)
    return "model.onnx"


def run_onnx(file, example):
    import onnxruntime

    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: example})[0]


def litert(model, example):
    import litert_torch

    litert_torch.convert(model, (tensor(example),)).export("model.tflite")
    return "model.tflite"


def run_litert(file, example):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(file)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], example)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def openvino(model, example):
    import openvino

    return openvino.convert_model(torch.export.export(model, (tensor(example),)))


def run_openvino(model, example):
    import openvino

    compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled([example])[0]


def executorch(model, example):
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower

    program = torch.export.export(model, (tensor(example),))
    return to_edge_transform_and_lower(program, partitioner=[XnnpackPartitioner()]).to_executorch().buffer


def run_executorch(buffer, example):
    from executorch.runtime import Runtime

    method = Runtime.get().load_program(buffer).load_method("forward")
    return method.execute([tensor(example)])[0].numpy()
