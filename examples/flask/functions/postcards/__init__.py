"""Postcards: an application factory, as Flask's pages on Celery have it, but for the import."""

from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from celeriac import Celery, Task


def celery_init_app(app: Flask) -> Celery:
    """The Celery app of a Flask application; its tasks run in the application's context."""

    class FlaskTask(Task):
        """A task that may use `current_app` and what goes with it."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery_app = Celery(app.name, task_cls=FlaskTask)
    celery_app.config_from_object(app.config["CELERY"])
    celery_app.set_default()
    app.extensions["celery"] = celery_app
    return celery_app


def create_app() -> Flask:
    """The application: it takes a postcard, and says what became of it."""
    app = Flask(__name__)
    app.config.from_mapping(SENDER="the seaside", CELERY={"task_track_started": True, "include": ["postcards.tasks"]})
    app.config.from_prefixed_env()
    celery_init_app(app)

    from postcards.tasks import write

    @app.post("/postcards")
    def send() -> ResponseReturnValue:
        """Have a postcard written."""
        result = write.delay(request.form["to"])
        return jsonify(id=result.id), 202

    @app.get("/postcards/<id>")
    def look(id: str) -> ResponseReturnValue:  # noqa: A002 - the address' word
        """What became of a postcard."""
        result = app.extensions["celery"].AsyncResult(id)
        return jsonify(state=result.state, text=result.result if result.successful() else None)

    return app
