"""The lessons in the order of their tabs: a new tab is one more name here."""

from playground.core.lesson import Lesson
from playground.lessons.autoencoder import AUTOENCODER
from playground.lessons.classifier import CLASSIFIER
from playground.lessons.digits import DIGITS_LESSON
from playground.lessons.dqn import DQN
from playground.lessons.gan import GAN
from playground.lessons.race import RACE
from playground.lessons.regression import REGRESSION

LESSONS: tuple[Lesson, ...] = (REGRESSION, CLASSIFIER, DIGITS_LESSON, AUTOENCODER, GAN, DQN, RACE)
