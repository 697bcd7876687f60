"""Celery's settings that cannot mean anything here: for each reason their names, with Celery's defaults.

An application that reads one finds what it would find in Celery; one that sets one is told the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from celeriac import reasons

__all__ = ["NOT_HERE", "REFUSED", "reason_of"]

_NO_QUEUE = "control commands are answered from AWS and have no queue of their own"
_NO_EVENTS = "there is no event stream; CloudWatch has the metrics and the logs"
_IN_DYNAMODB = "results are in DynamoDB; `CELERIAC_DEPLOYMENT` names the table"
_LAMBDA = "Lambda runs the workers; see `max_concurrency`, `concurrency` and `batch_size` in worker.toml"

NOT_HERE: Mapping[str, Mapping[str, Any]] = {
    "the broker is SQS; `CELERIAC_DEPLOYMENT` names it": {
        "broker_url": None, "broker_read_url": None, "broker_write_url": None, "broker_transport": None,
        "broker_transport_options": {}, "broker_host": None, "broker_port": None, "broker_user": None,
        "broker_password": None, "broker_vhost": None, "broker_use_ssl": False, "broker_login_method": None,
        "broker_failover_strategy": None,
    },
    "SQS is called over HTTPS; there is no connection to keep, and the client tries again": {
        "broker_connection_timeout": 4, "broker_connection_retry": True, "broker_connection_retry_on_startup": None,
        "broker_connection_max_retries": 100, "broker_channel_error_retry": False, "broker_heartbeat": 120,
        "broker_heartbeat_checkrate": 3.0, "broker_pool_limit": 10, "broker_pool_acquire_timeout": None,
    },
    _IN_DYNAMODB: {
        "result_backend": None, "result_backend_transport_options": {}, "result_exchange": "celeryresults",
        "result_exchange_type": "direct", "cache_backend": None, "cache_backend_options": {},
        "redis_backend_use_ssl": None, "redis_db": None, "redis_host": None, "redis_max_connections": None,
        "redis_username": None, "redis_password": None, "redis_port": None, "redis_socket_timeout": 120.0,
        "redis_socket_connect_timeout": None, "redis_retry_on_timeout": False, "redis_socket_keepalive": False,
        "database_url": None, "database_engine_options": {"pool_pre_ping": True, "pool_recycle": 3600},
        "database_engine_callback": None, "database_short_lived_sessions": False, "database_table_schemas": None,
        "database_table_names": None, "database_create_tables_at_setup": True, "mongodb_backend_settings": None,
        "couchbase_backend_settings": None, "arangodb_backend_settings": None,
        "cassandra_entry_ttl": None, "cassandra_keyspace": None, "cassandra_port": None,
        "cassandra_read_consistency": None, "cassandra_servers": None, "cassandra_bundle_path": None,
        "cassandra_table": None, "cassandra_write_consistency": None, "cassandra_auth_provider": None,
        "cassandra_auth_kwargs": None, "cassandra_options": {},
        "s3_access_key_id": None, "s3_secret_access_key": None, "s3_bucket": None, "s3_base_path": None,
        "s3_endpoint_url": None, "s3_region": None,
        "azureblockblob_container_name": "celery", "azureblockblob_retry_initial_backoff_sec": 2,
        "azureblockblob_retry_increment_base": 2, "azureblockblob_retry_max_attempts": 3,
        "azureblockblob_base_path": "", "azureblockblob_connection_timeout": 20, "azureblockblob_read_timeout": 120,
        "gcs_bucket": None, "gcs_project": None, "gcs_base_path": "", "gcs_ttl": 0,
        "cosmosdbsql_database_name": "celerydb", "cosmosdbsql_collection_name": "celerycol",
        "cosmosdbsql_consistency_level": "Session", "cosmosdbsql_max_retry_attempts": 9,
        "cosmosdbsql_max_retry_wait_time": 30,
        "elasticsearch_retry_on_timeout": None, "elasticsearch_max_retries": None, "elasticsearch_timeout": None,
        "elasticsearch_save_meta_as_text": True,
    },
    "DynamoDB is called by a client that tries again": {
        "result_backend_always_retry": False, "result_backend_max_retries": float("inf"),
        "result_backend_base_sleep_between_retries_ms": 10, "result_backend_max_sleep_between_retries_ms": 10000,
    },
    "the last member to end sends a chord's body; nothing polls or waits": {
        "result_chord_retry_interval": 1.0, "result_chord_join_timeout": 3.0, "result_chord_expires": None,
    },
    "results are kept for `result_expires`, failures for 14 days, and no process keeps them in memory": {
        "result_cache_max": -1, "result_failure_expires": None,
    },
    reasons.NO_COMPRESSION: {"task_compression": None, "result_compression": None},
    "a failure's row holds the traceback's text, not its frames": {"task_remote_tracebacks": False},
    "schedules are EventBridge's; there is no beat process": {
        "beat_scheduler": "celery.beat:PersistentScheduler", "beat_max_loop_interval": 0,
        "beat_schedule_filename": "celerybeat-schedule", "beat_sync_every": 0,
        "beat_cron_starting_deadline": None, "beat_enable_remote_control": False,
        "beat_remote_control_max_tick_age": None,
    },
    "queues are made by `cdk deploy`, from worker.toml": {
        "task_queues": None, "task_create_missing_queues": True, "task_create_missing_queue_type": "classic",
        "task_create_missing_queue_exchange_type": None, "task_default_queue_type": "classic",
        "task_queue_max_priority": None, "broker_native_delayed_delivery_queue_type": "quorum",
        "worker_detect_quorum_queues": True, "worker_direct": False,
    },
    "SQS has queues and no exchanges; a task's queue is its worker's folder": {
        "task_default_queue": "celery", "task_default_exchange": None, "task_default_exchange_type": "direct",
        "task_default_routing_key": None, "task_default_delivery_mode": 2,
    },
    reasons.LOST: {
        "task_retry_on_worker_lost": False, "worker_lost_wait": 10.0,
    },
    "arguments are not logged": {"task_repr_maxlevels": 3},
    reasons.OWN_RESULT: {"task_store_eager_result": False},
    _NO_EVENTS: {
        "task_send_sent_event": False, "worker_send_task_events": False, "event_queue_expires": 60.0,
        "event_queue_ttl": 5.0, "event_queue_prefix": "celeryev", "event_queue_exclusive": True,
        "event_queue_durable": False, "event_exchange": "celeryev",
    },
    _NO_QUEUE: {
        "control_queue_ttl": 300.0, "control_queue_expires": 10.0, "control_queue_exclusive": True,
        "control_queue_durable": False, "control_exchange": "celery", "worker_enable_remote_control": True,
    },
    _LAMBDA: {
        "worker_agent": None, "worker_autoscaler": "celery.worker.autoscale:Autoscaler", "worker_concurrency": None,
        "worker_consumer": "celery.worker.consumer:Consumer", "worker_disable_prefetch": False,
        "worker_enable_prefetch_count_reduction": True, "worker_eta_task_limit": None,
        "worker_max_memory_per_child": None, "worker_max_tasks_per_child": None, "worker_pool": "prefork",
        "worker_pool_putlocks": True, "worker_pool_start_method": "fork", "worker_prefetch_multiplier": 4,
        "worker_proc_alive_timeout": 4.0, "worker_state_db": None, "worker_timer": None, "worker_timer_precision": 1.0,
    },
    "Lambda lets a batch end before it takes an environment away": {
        "worker_soft_shutdown_timeout": 0.0, "worker_enable_soft_shutdown_on_idle": False,
    },
    "log lines are JSON, for CloudWatch Logs Insights": {
        "worker_log_color": None, "worker_log_datefmt": None, "worker_task_log_datefmt": None,
        "worker_log_format": "[%(asctime)s: %(levelname)s/%(processName)s] %(message)s",
        "worker_task_log_format":
            "[%(asctime)s: %(levelname)s/%(processName)s] %(task_name)s[%(task_id)s]: %(message)s",
        "worker_redirect_stdouts": True, "worker_redirect_stdouts_level": "WARNING",
    },
}  # fmt: skip
"""To set one of these to anything but its default warns with the reason."""

REFUSED: Mapping[str, Mapping[str, Any]] = {
    reasons.NO_SIGNATURES: {
        "security_certificate": None, "security_cert_store": None, "security_key": None,
        "security_key_password": None, "security_digest": "sha256",
    },
}  # fmt: skip
"""To set one of these is an error: who sets it relies on it."""


def reason_of(name: str, reasons: Mapping[str, Mapping[str, Any]] = NOT_HERE) -> str | None:
    """Why a setting cannot mean anything here, or None."""
    return next((reason for reason, settings in reasons.items() if name in settings), None)
