"""Dynamic snippets, one function each, in the idiom of TensorFlow; state lives in the module."""

import contextlib
import functools
import logging
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

logging.getLogger(__name__).setLevel(logging.CRITICAL)
Pair = namedtuple("Pair", ["first", "second"])
state = {"calls": 0, "total": 0.0}
seen = []
scale = [1.0]
calls = 0


@dataclass
class Point:
    x: object
    y: object


class Counter:
    def __init__(self):
        self.count = 0


counter = Counter()


def if_on_value(x):
    if tf.reduce_sum(x) > 0:
        return x * 2
    return x * 3


def while_on_value(x):
    while tf.reduce_sum(x) < 20:
        x = x * 2
    return x


def for_over_tensor(x):
    total = tf.zeros(())
    for row in x:
        total = total + row * row
    return total


def early_return(x):
    if tf.reduce_sum(x) < 0:
        return -x
    x = x + 1
    return x * x


def break_on_value(x):
    for _ in range(10):
        if tf.reduce_sum(x) > 40:
            break
        x = x * 2
    return x


def conditional_expression(x):
    return x * 2 if tf.reduce_sum(x) > 0 else x - 1


def if_on_argument(x, flag):
    if flag:
        return x * 2
    return x * 3


def loop_over_range(x, n):
    for i in range(n):
        x = x + i
    return x


def if_on_shape(x):
    if x.shape[0] > 3:
        return tf.reduce_sum(x)
    return x * 2


def if_on_type(x, other):
    if isinstance(other, float):
        return x * other
    return x + other


def text_argument(x, how):
    return tf.reduce_sum(x) if how == "sum" else tf.reduce_mean(x)


def many_integers(x, n):
    return x * n + n


def global_counter(x):
    global calls  # noqa: PLW0603 - the snippet is about it
    calls += 1
    return x * calls


def list_append(x):
    seen.append(1.0)
    return x * len(seen)


def dictionary_state(x):
    state["calls"] += 1
    return x + state["calls"]


def object_attribute(x):
    counter.count += 1
    return x * counter.count


def make_closure():
    count = 0

    def closure(x):
        nonlocal count
        count += 1
        return x * count

    return closure


closure_state = make_closure()


def float_in_list(x):
    scale[0] = scale[0] * 2
    return x * scale[0]


def printing(x):
    print("seen", x)  # noqa: T201 - the snippet is about it
    return x * 2


def logging_call(x):
    logging.getLogger(__name__).info("seen %s", x)
    return x * 2


def assertion(x):
    assert tf.reduce_sum(x) > 0
    return x * 2


def raise_on_value(x):
    if tf.reduce_min(x) < -5:
        raise ValueError("too small")
    return x * 2


def boolean_mask(x):
    return tf.reduce_sum(x[x > 0])


def nonzero(x):
    return tf.where(x)


def unique(x):
    return tf.sort(tf.unique(x)[0])


def growing_length(x):
    return x / x.shape[0]


def reshape_by_shape(x):
    return tf.reshape(x, (x.shape[0] // 2, 2))


def arange_by_shape(x):
    return x * tf.range(x.shape[0], dtype=x.dtype)


def scalar_on_host(x):
    factor = float(x[0])
    return x * factor


def numpy_inside(x):
    return x * float(np.sum(x.numpy()))


def list_on_host(x):
    values = x.numpy().tolist()
    return x * values[0]


def slice_by_value(x):
    n = int(x[0])
    return x[:n] * 2


def dictionary_output(x):
    return {"double": x * 2, "square": x * x}


def named_tuple(x):
    pair = Pair(x, x * 2)
    return pair.first + pair.second


def data_class(x):
    point = Point(x, x * 2)
    point.x = point.x + 1
    return point.x + point.y


def collect_and_stack(x):
    parts = []
    for i in range(3):
        parts.append(x * i)
    return tf.stack(parts)


def generator(x):
    return sum(x * i for i in range(3))


def recursion(x, n):
    if n == 0:
        return x
    return recursion(x * 2, n - 1)


def twice(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(function(*args, **kwargs))

    return inner


@twice
def decorated(x):
    return x * 2


def star_arguments(*xs, **options):
    total = xs[0]
    for x in xs[1:]:
        total = total + x
    return total * options.get("factor", 2)


def try_except(x):
    try:
        return x * {}["absent"]
    except KeyError:
        return x * 2


@contextlib.contextmanager
def doubled():
    yield 2


def context_manager(x):
    with doubled() as factor:
        return x * factor


def loop_accumulates(x):
    rows = []
    for row in x:
        rows.append(row * 2)
    return tf.stack(rows)


def in_place_add(x):
    y = x * 1
    y += 1
    return y


def element_assignment(x):
    y = tf.identity(x).numpy()
    y[0] = 5.0
    return tf.constant(y)
