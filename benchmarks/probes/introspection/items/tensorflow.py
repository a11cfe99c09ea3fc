"""Each task in the way that the documentation shows, with Keras as the documented high-level interface."""

import keras
import numpy as np
import tensorflow as tf

from benchmarks.checklist import NotOffered


def dense(factor, name):
    return keras.layers.Dense(
        2, use_bias=False, name=name, kernel_initializer=lambda shape, dtype=None: factor * tf.eye(*shape)
    )


def output_changed_in_flight():
    raise NotOffered("layers have no hooks; the layer is wrapped or the model is rebuilt")


def intermediate_gradient():
    first, second = dense(1.0, "first"), dense(2.0, "second")
    x = tf.constant([[1.5, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        hidden = first(x)
        loss = tf.reduce_sum(second(hidden) ** 2) / 2
    return tape.gradient(loss, hidden)[0]


def functional_state():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.array([[2.0]])])
    other, _ = model.stateless_call([tf.constant([[10.0]])], [], tf.ones((1, 1)))
    return {"other": float(other[0, 0]), "own": float(model(tf.ones((1, 1)))[0, 0])}


def shape_without_compute():
    program = tf.function(tf.matmul)
    shapes = tf.TensorSpec((100000, 2000)), tf.TensorSpec((2000, 300000))
    return list(program.get_concrete_function(*shapes).structured_outputs.shape)


def every_operation_seen():
    raise NotOffered("eager operations can be dumped to files for the debugger, not seen by the program")


def graph_edited():
    program = tf.function(tf.nn.relu).get_concrete_function(tf.TensorSpec((2,), tf.float32, name="x"))
    graph = program.graph.as_graph_def()
    for node in graph.node:
        if node.op == "Relu":
            node.op = "Identity"
    names = [program.inputs[0].name, program.outputs[0].name]

    def edited():
        tf.graph_util.import_graph_def(graph, name="")

    wrapped = tf.compat.v1.wrap_function(edited, [])
    run = wrapped.prune(*(wrapped.graph.get_tensor_by_name(name) for name in names))
    return run(tf.constant([-1.0, 2.0]))


def tensor_subclass():
    class Length(tf.experimental.ExtensionType):
        value: tf.Tensor
        unit: str = "m"

    @tf.experimental.dispatch_for_api(tf.add, {"x": Length, "y": Length})
    def add(x, y, name=None):
        return Length(tf.add(x.value, y.value, name))

    total = tf.add(Length(tf.constant([1.0, 2.0])), Length(tf.constant([3.0, 4.0])))
    return {"value": total.value, "unit": total.unit}


def nan_located():
    tf.debugging.enable_check_numerics()
    x = tf.fill((1,), -1.0)
    try:
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(tf.sqrt(x))
        tape.gradient(loss, x)
    except tf.errors.InvalidArgumentError as error:
        return "Sqrt" in str(error)
    return False


def saved_values_changed():
    raise NotOffered("what the tape keeps cannot be replaced; tf.recompute_grad computes it anew")


def constrained_weight():
    def symmetric(w):
        return (w + tf.transpose(w)) / 2

    layer = keras.layers.Dense(3, kernel_constraint=symmetric)
    model = keras.Sequential([keras.Input((3,)), layer])
    model.compile("sgd", "mse")
    model.train_on_batch(np.ones((5, 3)), np.zeros((5, 3)))
    kernel = layer.kernel.numpy()
    return bool((kernel == kernel.T).all())


def operations_counted():
    program = tf.function(tf.matmul).get_concrete_function(tf.TensorSpec((2, 3)), tf.TensorSpec((3, 4)))
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
    options["output"] = "none"
    return tf.compat.v1.profiler.profile(program.graph, options=options).total_float_ops


def random_state():
    generator = tf.random.Generator.from_seed(1)
    state = tf.identity(generator.state)
    first = generator.normal((3,))
    generator.reset(state)
    return bool(tf.reduce_all(first == generator.normal((3,))))


def intermediate_output():
    model = keras.Sequential([keras.Input((2,)), dense(2.0, "inside"), keras.layers.ReLU()])
    return keras.Model(model.inputs, model.get_layer("inside").output)(tf.ones((1, 2)))[0]


def layer_replaced():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Activation("linear"), keras.layers.ReLU()])

    def replaced(layer):
        return keras.layers.Identity() if isinstance(layer, keras.layers.ReLU) else layer

    return keras.models.clone_model(model, clone_function=replaced)(tf.constant([[-1.0, 2.0]]))[0]


def step_of_the_loop():
    calls = []

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = keras.layers.Dense(1)

        def call(self, x):
            return self.inner(x)

        def train_step(self, data):
            calls.append(1)
            x, y = data
            with tf.GradientTape() as tape:
                loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
            self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
            return {"loss": loss}

    model = Own()
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(np.ones((6, 2)), np.ones((6, 1)), batch_size=2, verbose=0)
    return len(calls)


def penalty_from_a_layer():
    class Penalty(keras.layers.Layer):
        def call(self, x):
            self.add_loss(tf.reduce_sum(x))
            return x

    model = keras.Sequential([Penalty(), keras.layers.Identity()])
    model(tf.ones((2, 2)))
    return float(sum(model.losses))


def architecture_as_data():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    rebuilt = keras.Sequential.from_config(model.get_config())
    return [list(weight.shape) for weight in rebuilt.weights]


def shape_inferred():
    layer = keras.layers.Dense(3)
    layer(tf.ones((2, 7)))
    return layer.kernel.shape[0]


def program_without_its_class():
    class Double(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((2,), tf.float32)])
        def run(self, x):
            return 2 * x

    tf.saved_model.save(Double(), "program")
    del Double
    loaded = tf.saved_model.load("program")
    return loaded.run(tf.constant([1.0, 2.0]))


def recording_paused():
    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tape.stop_recording():
            y = x * 5
        loss = 2 * x + y
    return tape.gradient(loss, x)


def batch_jacobian():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.square(x)
    return tape.batch_jacobian(y, x)


def foreign_code_in_a_graph():
    @tf.function
    def program(x):
        return tf.numpy_function(lambda array: np.add(array, np.float32(1)), [x], tf.float32)

    return program(tf.constant([1.0, 2.0]))


def precision_of_a_layer():
    layer = keras.layers.Dense(2, dtype="mixed_bfloat16")
    computed = layer(tf.ones((1, 2))).dtype.name
    return {"computes": computed, "keeps": str(layer.kernel.dtype)}


def compiled_code_debugged():
    lines = []

    @tf.function
    def program(x):
        lines.append("one")
        return x + 1

    tf.config.run_functions_eagerly(True)
    for _ in range(3):
        program(tf.ones(2))
    return len(lines)
