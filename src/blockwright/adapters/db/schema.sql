CREATE TABLE run (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    created BIGINT NOT NULL,
    selection TEXT NOT NULL,
    variables TEXT NOT NULL,
    system TEXT NOT NULL,
    reuse BOOLEAN,
    snapshot TEXT NOT NULL,
    git_commit TEXT,
    started BIGINT,
    finished BIGINT,
    round INTEGER NOT NULL,
    replay_of INTEGER,
    parent_run INTEGER,
    pinned BOOLEAN NOT NULL,
    skip_sensors BOOLEAN NOT NULL
);
CREATE INDEX run_by_pipeline ON run (project, pipeline, id);
CREATE INDEX run_by_pipeline_and_state ON run (project, pipeline, state, id);
CREATE INDEX run_by_project ON run (project, id);
CREATE INDEX run_by_state ON run (project, state, id);
CREATE TABLE secret (
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    token TEXT NOT NULL,
    CONSTRAINT secret_pk PRIMARY KEY (project, name)
)
 WITHOUT ROWID;
CREATE TABLE attempt (
    run_id INTEGER NOT NULL,
    block_run TEXT NOT NULL,
    number INTEGER NOT NULL,
    project TEXT NOT NULL,
    round INTEGER NOT NULL,
    state TEXT NOT NULL,
    started BIGINT NOT NULL,
    fencing BIGINT NOT NULL,
    finished BIGINT,
    host TEXT,
    pid BIGINT,
    pid_started BIGINT,
    outcome TEXT,
    reason TEXT NOT NULL,
    manifest TEXT,
    snapshot TEXT NOT NULL,
    CONSTRAINT attempt_pk PRIMARY KEY (run_id, block_run, number),
    CONSTRAINT attempt_run_id_fk FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE block_run (
    run_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    position BIGINT NOT NULL,
    block TEXT NOT NULL,
    role TEXT NOT NULL,
    parent TEXT,
    dynamic_index BIGINT,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    round INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    waited FLOAT NOT NULL,
    due BIGINT,
    started BIGINT,
    finished BIGINT,
    seconds FLOAT,
    cpu_seconds FLOAT,
    rss_peak BIGINT,
    "key" TEXT,
    reused BOOLEAN NOT NULL,
    source_run INTEGER,
    outputs TEXT NOT NULL,
    tests_passed INTEGER NOT NULL,
    tests_failed INTEGER NOT NULL,
    failure TEXT,
    items TEXT,
    manifest TEXT,
    settled BIGINT,
    produced BIGINT,
    CONSTRAINT block_run_pk PRIMARY KEY (run_id, name),
    CONSTRAINT block_run_run_id_fk FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE INDEX block_run_by_block ON block_run (project, pipeline, block, settled) WHERE state = 'completed' AND role <> 'child';
CREATE INDEX block_run_by_key ON block_run (project, block, "key", produced) WHERE state = 'completed';
CREATE TABLE event (
    run_id INTEGER NOT NULL,
    number BIGINT NOT NULL,
    project TEXT NOT NULL,
    time BIGINT NOT NULL,
    kind TEXT NOT NULL,
    block_run TEXT,
    data TEXT NOT NULL,
    CONSTRAINT event_pk PRIMARY KEY (run_id, number),
    CONSTRAINT event_run_id_fk FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE run_inbox (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL,
    project TEXT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    CONSTRAINT run_inbox_run_id_fk FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);
CREATE INDEX run_inbox_by_run ON run_inbox (run_id, id);
CREATE TABLE run_lease (
    run_id INTEGER NOT NULL,
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    owner TEXT,
    fencing BIGINT NOT NULL,
    lease_until BIGINT,
    events BIGINT NOT NULL,
    positions BIGINT NOT NULL,
    CONSTRAINT run_lease_pk PRIMARY KEY (run_id),
    CONSTRAINT run_lease_run_id_fk FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);
