"""What the tests of engines let workers do: in a module that a worker can import by name."""

import os
import random
import signal
import time


def slow_square(number):
    time.sleep(random.random() / 50)
    return number * number


def die(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def refuse(number):
    if number == 3:
        raise ValueError("three")
    return number


def sleep(seconds):
    time.sleep(seconds)
    return os.getpid()
