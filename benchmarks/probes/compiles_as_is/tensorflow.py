import tensorflow as tf

from benchmarks import snippets


def collect(spec):
    def compiler(**options):
        return snippets.Compiler(
            wrap=lambda function: tf.function(function, **options),
            graphs=lambda function: function.experimental_get_tracing_count(),
            tensor=tf.constant,
            plain=lambda value: tf.convert_to_tensor(value).numpy(),
        )

    return snippets.collect(spec, {"": compiler(), "relaxed": compiler(reduce_retracing=True)})
