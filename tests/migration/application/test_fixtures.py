"""A worker for one test, and a task of the test's own, as Celery's page on testing has it."""


def test_a_worker_may_be_a_test_s_own(celery_app, celery_worker):
    @celery_app.task
    def double(x):
        return 2 * x

    celery_worker.reload()
    assert double.delay(4).get(timeout=60) == 8
