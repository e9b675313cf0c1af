from hypothesis import given
from hypothesis import strategies as st

from experiments.sweep.feed import LEAST_PIECE, MOST_RUNS, Feed
from experiments.sweep.task import runs_of
from sweep_toys import task, tasks


def fed(feed, workers=2, seconds=1e-4, size=100):
    """Runs of each chunk, where a run takes so long."""
    chunks = []
    while taken := feed.next(workers):
        chunks.append([run for one in taken for run in runs_of(one)])
        feed.learn(len(chunks[-1]), seconds * len(chunks[-1]), size * len(chunks[-1]))
    return chunks


@given(st.lists(st.integers(0, 40), max_size=12), st.floats(1e-5, 10), st.integers(1, 8))
def test_every_run_comes_once_in_the_order_of_the_plan(sizes, seconds, workers):
    todo = [task(number, rates=[rate / 100 for rate in range(size)]) for number, size in enumerate(sizes)]
    chunks = fed(Feed(todo), workers, seconds)
    assert [run for chunk in chunks for run in chunk] == [run for one in todo for run in runs_of(one)]


def test_chunks_grow_to_seconds_of_work_and_shrink_towards_the_end():
    sizes = [len(chunk) for chunk in fed(Feed(tasks(4000)), seconds=0.01)]
    assert sizes[0] == 3 and max(sizes) == 198  # 2 seconds, of whole tasks
    assert sizes[-1] <= 9


def test_a_chunk_holds_no_more_than_memory_may():
    assert max(map(len, fed(Feed(tasks(1000)), seconds=1e-6, size=1 << 20))) == 63
    assert max(map(len, fed(Feed(tasks(20_000, rates=())), seconds=1e-9))) == MOST_RUNS


def test_a_long_task_comes_in_pieces():
    sizes = [len(chunk) for chunk in fed(Feed([task(0, rates=[rate / 100 for rate in range(49)])]), seconds=5.0)]
    assert sizes == [LEAST_PIECE] * 6 + [2]


def test_tasks_are_asked_for_one_at_a_time():
    class Lazy(list):
        asked = 0

        def __iter__(self):
            for one in super().__iter__():
                Lazy.asked += 1
                yield one

    feed = Feed(Lazy(tasks(1000)))
    feed.next(2)
    assert Lazy.asked <= 2
