"""Who writes the program of which lesson."""

from collections.abc import Callable, Mapping

from playground.script.lessons import autoencoder, classifier, digits, dqn, gan, race, regression
from playground.script.pen import Pen

WRITERS: Mapping[str, Callable[[Pen], None]] = {
    "regression": regression.write,
    "classifier": classifier.write,
    "digits": digits.write,
    "autoencoder": autoencoder.write,
    "gan": gan.write,
    "race": race.write,
    "dqn": dqn.write,
}
