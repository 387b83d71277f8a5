BEGIN TRANSACTION;
CREATE TABLE alert (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    "key" TEXT NOT NULL,
    kind TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    run_id INTEGER,
    trigger_id INTEGER,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    created BIGINT NOT NULL
);
CREATE TABLE alert_delivery (
    alert_id INTEGER NOT NULL,
    channel TEXT NOT NULL,
    project TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    first_due BIGINT NOT NULL,
    due BIGINT,
    problem TEXT NOT NULL,
    CONSTRAINT alert_delivery_pk PRIMARY KEY (alert_id, channel),
    CONSTRAINT alert_delivery_alert_id_fk FOREIGN KEY(alert_id) REFERENCES alert (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE alert_memory (
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT alert_memory_pk PRIMARY KEY (project, name)
)
 WITHOUT ROWID;
CREATE TABLE alias (
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    block TEXT NOT NULL,
    output TEXT NOT NULL,
    name TEXT NOT NULL,
    version_id INTEGER NOT NULL,
    updated BIGINT NOT NULL,
    CONSTRAINT alias_pk PRIMARY KEY (project, pipeline, block, output, name),
    CONSTRAINT alias_version_id_fk FOREIGN KEY(version_id) REFERENCES version (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE asset (
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    block TEXT NOT NULL,
    name TEXT NOT NULL,
    newest INTEGER NOT NULL,
    made BIGINT NOT NULL,
    CONSTRAINT asset_pk PRIMARY KEY (project, pipeline, block, name)
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
INSERT INTO "attempt" VALUES(1,'load',1,'shop',0,'ended',1795326541764177,1,1795326541780890,'host',23375,453788,'completed','','/srv/shop/.blockwright/runs/1/load/1/manifest.json','52c8952f1e126cc42e756f508e1e4c1e7da2d711c6b093b2796a504c7599f1b4');
INSERT INTO "attempt" VALUES(1,'step',1,'shop',0,'ended',1795326541792188,1,1795326541817466,'host',23376,453789,'completed','','/srv/shop/.blockwright/runs/1/step/1/manifest.json','52c8952f1e126cc42e756f508e1e4c1e7da2d711c6b093b2796a504c7599f1b4');
CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    time BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    project TEXT NOT NULL,
    object TEXT NOT NULL,
    outcome TEXT NOT NULL,
    address TEXT NOT NULL,
    data TEXT NOT NULL
);
INSERT INTO "audit" VALUES(1,1795326545484631,'root on the command line','trigger.create','shop','p/nightly','done','local','{"trigger":1}');
INSERT INTO "audit" VALUES(2,1795326546991480,'root on the command line','trigger.run','shop','p/nightly','done','local','{"trigger":1,"run":3}');
INSERT INTO "audit" VALUES(3,1795326548417831,'root on the command line','backfill.create','shop','p','done','local','{"backfill":1}');
CREATE TABLE backfill (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    definition TEXT NOT NULL,
    parallel INTEGER NOT NULL,
    reuse BOOLEAN,
    requested_by TEXT NOT NULL,
    created BIGINT NOT NULL,
    started BIGINT,
    finished BIGINT
);
INSERT INTO "backfill" VALUES(1,'shop','p','2024-01-01 … 2024-01-03','queued','','{"dates":{"start":1704067200000000,"end":1704240000000000,"interval":"day","units":1,"timezone":"UTC"},"variables":{}}',4,NULL,'the command line',1795326548190845,NULL,NULL);
CREATE TABLE backfill_slice (
    backfill_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    date BIGINT,
    variables TEXT NOT NULL,
    state TEXT NOT NULL,
    run_id INTEGER,
    tries INTEGER NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT backfill_slice_pk PRIMARY KEY (backfill_id, position),
    CONSTRAINT backfill_slice_backfill_id_fk FOREIGN KEY(backfill_id) REFERENCES backfill (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
INSERT INTO "backfill_slice" VALUES(1,0,'shop','2024-01-01',1704067200000000,'{}','waiting',NULL,0,'');
INSERT INTO "backfill_slice" VALUES(1,1,'shop','2024-01-02',1704153600000000,'{}','waiting',NULL,0,'');
INSERT INTO "backfill_slice" VALUES(1,2,'shop','2024-01-03',1704240000000000,'{}','waiting',NULL,0,'');
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
INSERT INTO "block_run" VALUES(1,'load','shop','p',0,'load','block',NULL,NULL,'completed','',1,0,0,0.0,NULL,1795326541733411,1795326541780890,0.008693,0.002001,18563072,'4aa3f464c9c839242aaafb4c04c62943a2988116c4b5e2bc8a94773bd26ff30b',0,NULL,'[{"name":"output_0","digest":"d63bd9a826af91c1fea371965a64e11ee20f13e46b5f52c59901136605b3a487","codec":"json","type":"int","bytes":1,"rows":null,"columns":null,"spread":false,"in_memory":false}]',0,0,NULL,NULL,'/srv/shop/.blockwright/runs/1/load/1/manifest.json',1795326541780890,1795326541780890);
INSERT INTO "block_run" VALUES(1,'step','shop','p',1,'step','block',NULL,NULL,'completed','',1,0,0,0.0,NULL,1795326541780890,1795326541817466,0.012431,0.002249,18563072,'ff0229bc8e075b6870ee54de3f2bca41b184fe2d0b63fd6b091c5e24a07422d3',0,NULL,'[{"name":"output_0","digest":"813e9b729141e7f385afa0a2d0df3e6c3789e427ffe4aeef566a565bc8f2fe3d","codec":"json","type":"int","bytes":1,"rows":null,"columns":null,"spread":false,"in_memory":false}]',0,0,NULL,NULL,'/srv/shop/.blockwright/runs/1/step/1/manifest.json',1795326541817466,1795326541817466);
INSERT INTO "block_run" VALUES(2,'load','shop','p',0,'load','block',NULL,NULL,'waiting','',0,0,0,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,'[]',0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "block_run" VALUES(2,'step','shop','p',1,'step','block',NULL,NULL,'waiting','',0,0,0,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,'[]',0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "block_run" VALUES(3,'load','shop','p',0,'load','block',NULL,NULL,'waiting','',0,0,0,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,'[]',0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "block_run" VALUES(3,'step','shop','p',1,'step','block',NULL,NULL,'waiting','',0,0,0,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,'[]',0,0,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE blockwright_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT blockwright_version_pkc PRIMARY KEY (version_num));
INSERT INTO "blockwright_version" VALUES('0001');
CREATE TABLE catalogued (
    run_id INTEGER NOT NULL,
    round INTEGER NOT NULL,
    CONSTRAINT catalogued_pk PRIMARY KEY (run_id),
    CONSTRAINT catalogued_run_id_fk FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE cost_day (
    project TEXT NOT NULL,
    day TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    state TEXT NOT NULL,
    runs BIGINT NOT NULL,
    block_runs BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    seconds FLOAT NOT NULL,
    block_seconds FLOAT NOT NULL,
    cpu_seconds FLOAT NOT NULL,
    rss_peak BIGINT NOT NULL,
    bytes_in BIGINT NOT NULL,
    bytes_out BIGINT NOT NULL,
    within_1 BIGINT NOT NULL,
    within_10 BIGINT NOT NULL,
    within_60 BIGINT NOT NULL,
    within_600 BIGINT NOT NULL,
    within_3600 BIGINT NOT NULL,
    CONSTRAINT cost_day_pk PRIMARY KEY (project, day, pipeline, state)
)
 WITHOUT ROWID;
CREATE TABLE endpoint (
    project TEXT NOT NULL,
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    previous INTEGER,
    traffic TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT endpoint_pk PRIMARY KEY (project, model)
)
 WITHOUT ROWID;
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
INSERT INTO "event" VALUES(1,1,'shop',1795326541495257,'run.queued',NULL,'{"kind":"manual","reason":"Waits for an engine to take it."}');
INSERT INTO "event" VALUES(1,2,'shop',1795326541733491,'block.queued','load','{"attempt":0}');
INSERT INTO "event" VALUES(1,3,'shop',1795326541733491,'run.running',NULL,'{}');
INSERT INTO "event" VALUES(1,4,'shop',1795326541733491,'block.running','load','{"attempt":1}');
INSERT INTO "event" VALUES(1,5,'shop',1795326541781114,'block.completed','load','{"attempt":1}');
INSERT INTO "event" VALUES(1,6,'shop',1795326541781114,'block.running','step','{"attempt":1}');
INSERT INTO "event" VALUES(1,7,'shop',1795326541817655,'block.completed','step','{"attempt":1}');
INSERT INTO "event" VALUES(1,8,'shop',1795326541817655,'run.completed',NULL,'{}');
INSERT INTO "event" VALUES(2,1,'shop',1795326544058929,'run.queued',NULL,'{"kind":"manual","reason":"Waits for an engine to take it."}');
INSERT INTO "event" VALUES(3,1,'shop',1795326546899380,'run.queued',NULL,'{"kind":"trigger","reason":"Waits for an engine to take it."}');
CREATE TABLE feed (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    writer BIGINT DEFAULT 0 NOT NULL,
    time BIGINT NOT NULL,
    project TEXT NOT NULL,
    topic TEXT NOT NULL,
    run_id INTEGER,
    data TEXT NOT NULL
);
INSERT INTO "feed" VALUES(1,0,1795326541495257,'shop','run',1,'{"pipeline":"p","events":[{"number":1,"kind":"run.queued","block_run":null,"data":{"kind":"manual","reason":"Waits for an engine to take it."}}]}');
INSERT INTO "feed" VALUES(2,0,1795326541733491,'shop','run',1,'{"pipeline":"p","events":[{"number":2,"kind":"block.queued","block_run":"load","data":{"attempt":0}},{"number":3,"kind":"run.running","block_run":null,"data":{}},{"number":4,"kind":"block.running","block_run":"load","data":{"attempt":1}}]}');
INSERT INTO "feed" VALUES(3,0,1795326541781114,'shop','run',1,'{"pipeline":"p","events":[{"number":5,"kind":"block.completed","block_run":"load","data":{"attempt":1}},{"number":6,"kind":"block.running","block_run":"step","data":{"attempt":1}}]}');
INSERT INTO "feed" VALUES(4,0,1795326541817655,'shop','run',1,'{"pipeline":"p","events":[{"number":7,"kind":"block.completed","block_run":"step","data":{"attempt":1}},{"number":8,"kind":"run.completed","block_run":null,"data":{}}]}');
INSERT INTO "feed" VALUES(5,0,1795326544058929,'shop','run',2,'{"pipeline":"p","events":[{"number":1,"kind":"run.queued","block_run":null,"data":{"kind":"manual","reason":"Waits for an engine to take it."}}]}');
INSERT INTO "feed" VALUES(6,0,1795326545332232,'shop','trigger',NULL,'{"pipeline":"p","name":"nightly","trigger":1,"changed":true}');
INSERT INTO "feed" VALUES(7,0,1795326546899380,'shop','run',3,'{"pipeline":"p","events":[{"number":1,"kind":"run.queued","block_run":null,"data":{"kind":"trigger","reason":"Waits for an engine to take it."}}]}');
INSERT INTO "feed" VALUES(8,0,1795326548190845,'shop','backfill',NULL,'{"backfill":1,"pipeline":"p","state":"queued"}');
CREATE TABLE feed_end (
    id INTEGER NOT NULL,
    writer BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    CONSTRAINT feed_end_pk PRIMARY KEY (id)
)
 WITHOUT ROWID;
CREATE TABLE idempotency (
    project TEXT NOT NULL,
    "key" TEXT NOT NULL,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    created BIGINT NOT NULL,
    holder TEXT NOT NULL,
    run BIGINT,
    CONSTRAINT idempotency_pk PRIMARY KEY (project, "key")
)
 WITHOUT ROWID;
CREATE TABLE identity (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    created BIGINT NOT NULL,
    CONSTRAINT identity_pk PRIMARY KEY (issuer, subject),
    CONSTRAINT identity_user_id_fk FOREIGN KEY(user_id) REFERENCES person (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE installation (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT installation_pk PRIMARY KEY (name)
)
 WITHOUT ROWID;
CREATE TABLE limit_turn (
    project TEXT NOT NULL,
    "key" TEXT NOT NULL,
    turns BIGINT NOT NULL,
    CONSTRAINT limit_turn_pk PRIMARY KEY (project, "key")
)
 WITHOUT ROWID;
CREATE TABLE model (
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    newest INTEGER NOT NULL,
    created BIGINT NOT NULL,
    CONSTRAINT model_pk PRIMARY KEY (project, name)
)
 WITHOUT ROWID;
CREATE TABLE model_mirror (
    project TEXT NOT NULL,
    model TEXT NOT NULL,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    aliases TEXT NOT NULL,
    problem TEXT NOT NULL,
    tried BIGINT,
    sent BIGINT,
    CONSTRAINT model_mirror_pk PRIMARY KEY (project, model)
)
 WITHOUT ROWID;
CREATE TABLE model_version (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    model TEXT NOT NULL,
    number INTEGER NOT NULL,
    digest TEXT NOT NULL,
    file TEXT NOT NULL,
    facts TEXT NOT NULL,
    created_by TEXT NOT NULL,
    run_id INTEGER,
    pipeline TEXT NOT NULL,
    block TEXT NOT NULL,
    block_run TEXT NOT NULL,
    git_commit TEXT,
    snapshot TEXT NOT NULL,
    created BIGINT NOT NULL,
    reference TEXT NOT NULL
);
CREATE TABLE monitor_finding (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    monitor TEXT NOT NULL,
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    opened BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    closed BIGINT,
    reason TEXT NOT NULL
);
CREATE TABLE monitor_result (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    monitor TEXT NOT NULL,
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    evaluated BIGINT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    text TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE TABLE mute (
    project TEXT NOT NULL,
    subject TEXT NOT NULL,
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    created BIGINT NOT NULL,
    until BIGINT NOT NULL,
    CONSTRAINT mute_pk PRIMARY KEY (project, subject, person)
)
 WITHOUT ROWID;
CREATE TABLE person (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password TEXT,
    active BOOLEAN NOT NULL,
    created BIGINT NOT NULL,
    signed_in BIGINT
);
CREATE TABLE process_figure (
    process TEXT NOT NULL,
    name TEXT NOT NULL,
    value FLOAT NOT NULL,
    updated BIGINT NOT NULL,
    CONSTRAINT process_figure_pk PRIMARY KEY (process, name)
)
 WITHOUT ROWID;
CREATE TABLE promotion (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    version_before INTEGER,
    version_after INTEGER,
    requested_by TEXT NOT NULL,
    requested BIGINT NOT NULL,
    reason TEXT NOT NULL,
    findings TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided BIGINT,
    origin TEXT NOT NULL
);
CREATE TABLE reading (
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    block TEXT NOT NULL,
    kind TEXT NOT NULL,
    source_pipeline TEXT NOT NULL,
    source TEXT NOT NULL,
    run_id INTEGER NOT NULL,
    seen BIGINT NOT NULL,
    CONSTRAINT reading_pk PRIMARY KEY (project, pipeline, block, kind, source_pipeline, source)
)
 WITHOUT ROWID;
CREATE TABLE restored (
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    block TEXT NOT NULL,
    version_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    block_run TEXT NOT NULL,
    round INTEGER NOT NULL,
    updated BIGINT NOT NULL,
    CONSTRAINT restored_pk PRIMARY KEY (project, pipeline, block),
    CONSTRAINT restored_version_id_fk FOREIGN KEY(version_id) REFERENCES version (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE role_grant (
    user_id INTEGER NOT NULL,
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    role TEXT NOT NULL,
    CONSTRAINT role_grant_pk PRIMARY KEY (user_id, project, pipeline),
    CONSTRAINT role_grant_user_id_fk FOREIGN KEY(user_id) REFERENCES person (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
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
    skip_sensors BOOLEAN NOT NULL,
    queue TEXT NOT NULL,
    priority INTEGER NOT NULL,
    settings TEXT NOT NULL,
    trigger_id INTEGER,
    due BIGINT,
    backfill_id INTEGER,
    slice INTEGER,
    product TEXT,
    requested_by TEXT NOT NULL
);
INSERT INTO "run" VALUES(1,'shop','p','manual','completed','',1795326541495257,'{"blocks":[],"upstream":false}','{}','{"execution_date":{"$datetime":"2026-11-22T05:49:01.495117+00:00"},"ds":"2026-11-22","hr":"05","env":"dev","event":{},"execution_partition":"manual/20261122T054901_495117","interval_start_datetime":{"$datetime":"2026-11-22T05:49:01.495117+00:00"},"interval_end_datetime":{"$datetime":"2026-11-23T05:49:01.495117+00:00"},"interval_seconds":null,"interval_start_datetime_previous":null,"pipeline_uuid":"p","repo_path":"/srv/shop","pipeline_run_id":1}',NULL,'52c8952f1e126cc42e756f508e1e4c1e7da2d711c6b093b2796a504c7599f1b4',NULL,1795326541733251,1795326541817466,0,NULL,NULL,0,0,'own',0,'{"allow_blocks_to_fail":true,"timeout":null,"timeout_status":"failed","sla":null,"limits":[],"skip_at_limit":false}',NULL,NULL,NULL,NULL,NULL,'');
INSERT INTO "run" VALUES(2,'shop','p','manual','queued','Waits for an engine to take it.',1795326544058929,'{"blocks":[],"upstream":false}','{}','{"execution_date":{"$datetime":"2026-11-22T05:49:04.058812+00:00"},"ds":"2026-11-22","hr":"05","env":"dev","event":{},"execution_partition":"manual/20261122T054904_058812","interval_start_datetime":{"$datetime":"2026-11-22T05:49:04.058812+00:00"},"interval_end_datetime":{"$datetime":"2026-11-23T05:49:04.058812+00:00"},"interval_seconds":null,"interval_start_datetime_previous":null,"pipeline_uuid":"p","repo_path":"/srv/shop","pipeline_run_id":2}',NULL,'52c8952f1e126cc42e756f508e1e4c1e7da2d711c6b093b2796a504c7599f1b4',NULL,NULL,NULL,0,NULL,NULL,0,0,'engine',0,'{"allow_blocks_to_fail":true,"timeout":null,"timeout_status":"failed","sla":null,"limits":[],"skip_at_limit":false}',NULL,NULL,NULL,NULL,NULL,'');
INSERT INTO "run" VALUES(3,'shop','p','trigger','queued','Waits for an engine to take it.',1795326546899380,'{"blocks":[],"upstream":false}','{}','{"execution_date":{"$datetime":"2026-11-22T05:49:06.885791+00:00"},"ds":"2026-11-22","hr":"05","env":"dev","event":{},"execution_partition":"1/20261122T054906_885791","interval_start_datetime":{"$datetime":"2026-11-22T05:49:06.885791+00:00"},"interval_end_datetime":{"$datetime":"2026-11-23T00:00:00+00:00"},"interval_seconds":65453.114209,"interval_start_datetime_previous":{"$datetime":"2026-11-22T00:00:00+00:00"},"pipeline_uuid":"p","repo_path":"/srv/shop","trigger_name":"nightly","pipeline_run_id":3}',NULL,'7d4a70c9627106af655774a27768ccef222ec084239c59b4ca440d2df571c096',NULL,NULL,NULL,0,NULL,NULL,0,0,'engine',0,'{"allow_blocks_to_fail":true,"timeout":null,"timeout_status":"failed","sla":null,"limits":[],"skip_at_limit":false}',1,NULL,NULL,NULL,NULL,'the command line');
CREATE TABLE run_cost (
    run_id INTEGER NOT NULL,
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    round INTEGER NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL,
    block_runs INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    seconds FLOAT NOT NULL,
    block_seconds FLOAT NOT NULL,
    cpu_seconds FLOAT NOT NULL,
    rss_peak BIGINT NOT NULL,
    bytes_in BIGINT NOT NULL,
    bytes_out BIGINT NOT NULL,
    CONSTRAINT run_cost_pk PRIMARY KEY (run_id),
    CONSTRAINT run_cost_run_id_fk FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
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
INSERT INTO "run_lease" VALUES(1,'shop','p',NULL,1,NULL,8,6);
INSERT INTO "run_lease" VALUES(2,'shop','p',NULL,0,NULL,1,2);
INSERT INTO "run_lease" VALUES(3,'shop','p',NULL,0,NULL,1,2);
CREATE TABLE run_limit (
    run_id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    project TEXT NOT NULL,
    allowed INTEGER NOT NULL,
    CONSTRAINT run_limit_pk PRIMARY KEY (run_id, "key"),
    CONSTRAINT run_limit_run_id_fk FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE run_note (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL,
    project TEXT NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    created BIGINT NOT NULL,
    changed BIGINT,
    CONSTRAINT run_note_run_id_fk FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);
CREATE TABLE run_tag (
    run_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    project TEXT NOT NULL,
    value TEXT NOT NULL,
    author TEXT NOT NULL,
    created BIGINT NOT NULL,
    CONSTRAINT run_tag_pk PRIMARY KEY (run_id, name),
    CONSTRAINT run_tag_run_id_fk FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE schema_column (
    project TEXT NOT NULL,
    schema TEXT NOT NULL,
    place INTEGER NOT NULL,
    column_name TEXT NOT NULL,
    type TEXT NOT NULL,
    CONSTRAINT schema_column_pk PRIMARY KEY (project, schema, place)
)
 WITHOUT ROWID;
CREATE TABLE secret (
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    token TEXT NOT NULL,
    CONSTRAINT secret_pk PRIMARY KEY (project, name)
)
 WITHOUT ROWID;
CREATE TABLE session (
    digest TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    CONSTRAINT session_pk PRIMARY KEY (digest),
    CONSTRAINT session_user_id_fk FOREIGN KEY(user_id) REFERENCES person (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE sign_in_link (
    digest TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    expires BIGINT NOT NULL,
    CONSTRAINT sign_in_link_pk PRIMARY KEY (digest),
    CONSTRAINT sign_in_link_user_id_fk FOREIGN KEY(user_id) REFERENCES person (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE slot (
    run_id INTEGER NOT NULL,
    block_run TEXT NOT NULL,
    pool TEXT NOT NULL,
    project TEXT NOT NULL,
    weight INTEGER NOT NULL,
    CONSTRAINT slot_pk PRIMARY KEY (run_id, block_run, pool),
    CONSTRAINT slot_run_id_fk FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE token (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    scopes TEXT NOT NULL,
    project TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT,
    used BIGINT,
    revoked BIGINT,
    CONSTRAINT token_user_id_fk FOREIGN KEY(user_id) REFERENCES person (id) ON DELETE CASCADE
);
CREATE TABLE tracked_run (
    project TEXT NOT NULL,
    tracked TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    block TEXT NOT NULL,
    run_id INTEGER NOT NULL,
    block_run TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    experiment TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    waiting BOOLEAN NOT NULL,
    created BIGINT NOT NULL,
    ended BIGINT,
    CONSTRAINT tracked_run_pk PRIMARY KEY (project, tracked)
)
 WITHOUT ROWID;
CREATE TABLE "trigger" (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    place TEXT NOT NULL,
    definition TEXT NOT NULL,
    active BIGINT NOT NULL,
    token TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    enabled BIGINT,
    settled BIGINT,
    next_due BIGINT,
    problem TEXT NOT NULL,
    updated BIGINT,
    gone BIGINT
);
INSERT INTO "trigger" VALUES(1,'shop','p','nightly','time','file','{"name":"nightly","type":"time","schedule":"@daily","timezone":"UTC","start_time":null,"active":true,"description":"","envs":[],"variables":{},"sla":null,"settings":{"allow_blocks_to_fail":null,"create_initial_pipeline_run":false,"landing_time_enabled":false,"pipeline_run_limit":null,"skip_if_previous_running":false,"timeout":null,"timeout_status":"failed"},"misfire":"latest","misfire_most":100,"sources":[],"match":{},"limits":[],"priority":0,"product":""}',1,'',1795326545332232,1795326545332232,1795326545332231,1795392000000000,'',1795326545332232,NULL);
CREATE TABLE trigger_file (
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    signature TEXT NOT NULL,
    problem TEXT NOT NULL,
    CONSTRAINT trigger_file_pk PRIMARY KEY (project, pipeline)
)
 WITHOUT ROWID;
INSERT INTO "trigger_file" VALUES('shop','p','2148917:1795326545313409965:1795326545327961859:95','');
CREATE TABLE trigger_fire (
    trigger_id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    project TEXT NOT NULL,
    due BIGINT,
    fired BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    run_id INTEGER,
    CONSTRAINT trigger_fire_pk PRIMARY KEY (trigger_id, "key"),
    CONSTRAINT trigger_fire_trigger_id_fk FOREIGN KEY(trigger_id) REFERENCES "trigger" (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
INSERT INTO "trigger_fire" VALUES(1,'now:cd1dd2ea53d345b98a4641a62fa97a7a','shop',NULL,1795326546899380,'run','asked for by the command line',3);
CREATE TABLE trigger_pause (
    project TEXT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT,
    CONSTRAINT trigger_pause_pk PRIMARY KEY (project)
)
 WITHOUT ROWID;
CREATE TABLE trigger_source (
    project TEXT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    owner TEXT NOT NULL,
    owned_until BIGINT NOT NULL,
    CONSTRAINT trigger_source_pk PRIMARY KEY (project, source)
)
 WITHOUT ROWID;
CREATE TABLE trigger_tally (
    trigger_id INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    project TEXT NOT NULL,
    fires BIGINT NOT NULL,
    CONSTRAINT trigger_tally_pk PRIMARY KEY (trigger_id, outcome),
    CONSTRAINT trigger_tally_trigger_id_fk FOREIGN KEY(trigger_id) REFERENCES "trigger" (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
INSERT INTO "trigger_tally" VALUES(1,'run','shop',1);
CREATE TABLE version (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    block TEXT NOT NULL,
    name TEXT NOT NULL,
    run_id INTEGER NOT NULL,
    block_run TEXT NOT NULL,
    round INTEGER NOT NULL,
    output TEXT NOT NULL,
    parts INTEGER,
    digest TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    schema TEXT NOT NULL,
    "key" TEXT,
    manifest TEXT,
    made BIGINT NOT NULL,
    pinned BOOLEAN NOT NULL
);
CREATE INDEX alert_by_age ON alert (created);
CREATE UNIQUE INDEX alert_by_key ON alert (project, "key");
CREATE INDEX alert_by_project ON alert (project, id);
CREATE INDEX audit_by_project ON audit (project, id);
CREATE INDEX backfill_by_pipeline ON backfill (project, pipeline, id);
CREATE INDEX backfill_by_state ON backfill (project, state, id);
CREATE INDEX feed_by_writer ON feed (writer, id);
CREATE INDEX idempotency_by_age ON idempotency (created);
CREATE UNIQUE INDEX model_version_by_number ON model_version (project, model, number);
CREATE INDEX model_version_by_origin ON model_version (project, model, run_id, block_run, digest);
CREATE INDEX monitor_finding_by_monitor ON monitor_finding (project, monitor, id);
CREATE UNIQUE INDEX monitor_finding_holds ON monitor_finding (project, monitor, kind) WHERE closed IS NULL;
CREATE INDEX monitor_result_by_monitor ON monitor_result (project, monitor, id);
CREATE UNIQUE INDEX person_by_email ON person (email);
CREATE INDEX promotion_by_model ON promotion (project, model, id);
CREATE INDEX run_by_backfill ON run (backfill_id, slice, id) WHERE backfill_id IS NOT NULL;
CREATE INDEX run_by_person ON run (project, requested_by, id, kind);
CREATE INDEX run_by_pipeline ON run (project, pipeline, id, kind);
CREATE INDEX run_by_pipeline_and_state ON run (project, pipeline, state, id, kind);
CREATE INDEX run_by_product ON run (project, product, id) WHERE product IS NOT NULL;
CREATE INDEX run_by_project ON run (project, id, kind);
CREATE INDEX run_by_state ON run (project, state, id, kind);
CREATE INDEX run_by_time ON run (project, created, id);
CREATE INDEX run_by_trigger ON run (trigger_id, id) WHERE trigger_id IS NOT NULL;
CREATE INDEX run_waiting ON run (project, priority, id) WHERE state = 'queued';
CREATE INDEX tracked_run_by_experiment ON tracked_run (project, experiment, created, tracked);
CREATE INDEX tracked_run_by_run ON tracked_run (run_id);
CREATE INDEX tracked_run_by_time ON tracked_run (project, created, tracked);
CREATE INDEX tracked_run_open ON tracked_run (project) WHERE ended IS NULL;
CREATE INDEX trigger_by_due ON "trigger" (project, next_due) WHERE next_due IS NOT NULL;
CREATE UNIQUE INDEX trigger_by_name ON "trigger" (project, pipeline, name);
CREATE INDEX trigger_by_type ON "trigger" (project, type, id) WHERE gone IS NULL AND active = 1;
CREATE UNIQUE INDEX version_by_block_run ON version (run_id, block_run, name, round);
CREATE INDEX version_by_output ON version (project, pipeline, block, name, made, id);
CREATE INDEX version_pinned ON version (project) WHERE pinned;
CREATE INDEX alert_delivery_by_due ON alert_delivery (project, state, due);
CREATE INDEX alias_by_version ON alias (version_id);
CREATE INDEX backfill_slice_by_state ON backfill_slice (backfill_id, state, position);
CREATE INDEX block_run_by_block ON block_run (project, pipeline, block, settled) WHERE state = 'completed' AND role <> 'child';
CREATE INDEX block_run_by_key ON block_run (project, block, "key", produced) WHERE state = 'completed';
CREATE INDEX block_run_without_result ON block_run (project, pipeline, block, run_id) WHERE state IN ('failed', 'cancelled', 'skipped', 'upstream_failed') AND role <> 'child';
CREATE INDEX restored_by_run ON restored (run_id);
CREATE INDEX restored_by_version ON restored (version_id);
CREATE INDEX run_cost_by_day ON run_cost (project, day, pipeline);
CREATE INDEX run_inbox_by_kind ON run_inbox (project, kind, id);
CREATE INDEX run_inbox_by_run ON run_inbox (run_id, id);
CREATE INDEX run_limit_by_key ON run_limit (project, "key");
CREATE INDEX run_note_by_run ON run_note (run_id, id);
CREATE INDEX run_tag_by_name ON run_tag (project, name, value, run_id);
CREATE INDEX session_by_user ON session (user_id);
CREATE UNIQUE INDEX sign_in_link_by_user ON sign_in_link (user_id);
CREATE INDEX slot_by_pool ON slot (project, pool);
CREATE UNIQUE INDEX token_by_digest ON token (digest);
CREATE INDEX token_by_user ON token (user_id);
CREATE INDEX trigger_fire_by_age ON trigger_fire (project, fired);
CREATE INDEX trigger_fire_by_time ON trigger_fire (trigger_id, fired);
CREATE INDEX trigger_tally_by_project ON trigger_tally (project);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('run',3);
INSERT INTO "sqlite_sequence" VALUES('feed',8);
INSERT INTO "sqlite_sequence" VALUES('trigger',1);
INSERT INTO "sqlite_sequence" VALUES('audit',3);
INSERT INTO "sqlite_sequence" VALUES('backfill',1);
COMMIT;
