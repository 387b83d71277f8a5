SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE released.alert (
    id bigint NOT NULL,
    project text NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    pipeline text NOT NULL,
    run_id bigint,
    trigger_id bigint,
    title text NOT NULL,
    body text NOT NULL,
    created bigint NOT NULL
);
CREATE TABLE released.alert_delivery (
    alert_id bigint NOT NULL,
    channel text NOT NULL,
    project text NOT NULL,
    state text NOT NULL,
    tries integer NOT NULL,
    first_due bigint NOT NULL,
    due bigint,
    problem text NOT NULL
);
CREATE SEQUENCE released.alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.alert_id_seq OWNED BY released.alert.id;
CREATE TABLE released.alert_memory (
    project text NOT NULL,
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE released.alias (
    project text NOT NULL,
    pipeline text NOT NULL,
    block text NOT NULL,
    output text NOT NULL,
    name text NOT NULL,
    version_id bigint NOT NULL,
    updated bigint NOT NULL
);
CREATE TABLE released.asset (
    project text NOT NULL,
    pipeline text NOT NULL,
    block text NOT NULL,
    name text NOT NULL,
    newest bigint NOT NULL,
    made bigint NOT NULL
);
CREATE TABLE released.attempt (
    run_id bigint NOT NULL,
    block_run text NOT NULL,
    number integer NOT NULL,
    project text NOT NULL,
    round integer NOT NULL,
    state text NOT NULL,
    started bigint NOT NULL,
    fencing bigint NOT NULL,
    finished bigint,
    host text,
    pid bigint,
    pid_started bigint,
    outcome text,
    reason text NOT NULL,
    manifest text,
    snapshot text NOT NULL
);
CREATE TABLE released.audit (
    id bigint NOT NULL,
    "time" bigint NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    project text NOT NULL,
    object text NOT NULL,
    outcome text NOT NULL,
    address text NOT NULL,
    data text NOT NULL
);
CREATE SEQUENCE released.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.audit_id_seq OWNED BY released.audit.id;
CREATE TABLE released.backfill (
    id bigint NOT NULL,
    project text NOT NULL,
    pipeline text NOT NULL,
    name text NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    definition text NOT NULL,
    parallel integer NOT NULL,
    reuse boolean,
    requested_by text NOT NULL,
    created bigint NOT NULL,
    started bigint,
    finished bigint
);
CREATE SEQUENCE released.backfill_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.backfill_id_seq OWNED BY released.backfill.id;
CREATE TABLE released.backfill_slice (
    backfill_id bigint NOT NULL,
    "position" integer NOT NULL,
    project text NOT NULL,
    name text NOT NULL,
    date bigint,
    variables text NOT NULL,
    state text NOT NULL,
    run_id bigint,
    tries integer NOT NULL,
    reason text NOT NULL
);
CREATE TABLE released.block_run (
    run_id bigint NOT NULL,
    name text NOT NULL,
    project text NOT NULL,
    pipeline text NOT NULL,
    "position" bigint NOT NULL,
    block text NOT NULL,
    role text NOT NULL,
    parent text,
    dynamic_index bigint,
    state text NOT NULL,
    reason text NOT NULL,
    attempt integer NOT NULL,
    round integer NOT NULL,
    tries integer NOT NULL,
    waited double precision NOT NULL,
    due bigint,
    started bigint,
    finished bigint,
    seconds double precision,
    cpu_seconds double precision,
    rss_peak bigint,
    key text,
    reused boolean NOT NULL,
    source_run bigint,
    outputs text NOT NULL,
    tests_passed integer NOT NULL,
    tests_failed integer NOT NULL,
    failure text,
    items text,
    manifest text,
    settled bigint,
    produced bigint
);
CREATE TABLE released.blockwright_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE released.catalogued (
    run_id bigint NOT NULL,
    round integer NOT NULL
);
CREATE TABLE released.cost_day (
    project text NOT NULL,
    day text NOT NULL,
    pipeline text NOT NULL,
    state text NOT NULL,
    runs bigint NOT NULL,
    block_runs bigint NOT NULL,
    attempts bigint NOT NULL,
    seconds double precision NOT NULL,
    block_seconds double precision NOT NULL,
    cpu_seconds double precision NOT NULL,
    rss_peak bigint NOT NULL,
    bytes_in bigint NOT NULL,
    bytes_out bigint NOT NULL,
    within_1 bigint NOT NULL,
    within_10 bigint NOT NULL,
    within_60 bigint NOT NULL,
    within_600 bigint NOT NULL,
    within_3600 bigint NOT NULL
);
CREATE TABLE released.endpoint (
    project text NOT NULL,
    model text NOT NULL,
    version integer NOT NULL,
    previous integer,
    traffic text NOT NULL,
    revision integer NOT NULL,
    updated bigint NOT NULL,
    updated_by text NOT NULL
);
CREATE TABLE released.event (
    run_id bigint NOT NULL,
    number bigint NOT NULL,
    project text NOT NULL,
    "time" bigint NOT NULL,
    kind text NOT NULL,
    block_run text,
    data text NOT NULL
);
CREATE TABLE released.feed (
    id bigint NOT NULL,
    writer bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    "time" bigint NOT NULL,
    project text NOT NULL,
    topic text NOT NULL,
    run_id bigint,
    data text NOT NULL
);
CREATE TABLE released.feed_end (
    id integer NOT NULL,
    writer bigint NOT NULL,
    entry bigint NOT NULL
);
CREATE SEQUENCE released.feed_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.feed_id_seq OWNED BY released.feed.id;
CREATE TABLE released.idempotency (
    project text NOT NULL,
    key text NOT NULL,
    request text NOT NULL,
    status integer NOT NULL,
    answer text NOT NULL,
    created bigint NOT NULL,
    holder text NOT NULL,
    run bigint
);
CREATE TABLE released.identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    user_id bigint NOT NULL,
    created bigint NOT NULL
);
CREATE TABLE released.installation (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE released.limit_turn (
    project text NOT NULL,
    key text NOT NULL,
    turns bigint NOT NULL
);
CREATE TABLE released.model (
    project text NOT NULL,
    name text NOT NULL,
    newest integer NOT NULL,
    created bigint NOT NULL
);
CREATE TABLE released.model_mirror (
    project text NOT NULL,
    model text NOT NULL,
    name text NOT NULL,
    revision integer NOT NULL,
    newest integer NOT NULL,
    aliases text NOT NULL,
    problem text NOT NULL,
    tried bigint,
    sent bigint
);
CREATE TABLE released.model_version (
    id bigint NOT NULL,
    project text NOT NULL,
    model text NOT NULL,
    number integer NOT NULL,
    digest text NOT NULL,
    file text NOT NULL,
    facts text NOT NULL,
    created_by text NOT NULL,
    run_id bigint,
    pipeline text NOT NULL,
    block text NOT NULL,
    block_run text NOT NULL,
    git_commit text,
    snapshot text NOT NULL,
    created bigint NOT NULL,
    reference text NOT NULL
);
CREATE SEQUENCE released.model_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.model_version_id_seq OWNED BY released.model_version.id;
CREATE TABLE released.monitor_finding (
    id bigint NOT NULL,
    project text NOT NULL,
    monitor text NOT NULL,
    kind text NOT NULL,
    model text NOT NULL,
    version integer NOT NULL,
    opened bigint NOT NULL,
    seen bigint NOT NULL,
    closed bigint,
    reason text NOT NULL
);
CREATE SEQUENCE released.monitor_finding_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.monitor_finding_id_seq OWNED BY released.monitor_finding.id;
CREATE TABLE released.monitor_result (
    id bigint NOT NULL,
    project text NOT NULL,
    monitor text NOT NULL,
    model text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    evaluated bigint NOT NULL,
    since bigint NOT NULL,
    until bigint NOT NULL,
    row_count bigint NOT NULL,
    text text NOT NULL,
    requested_by text NOT NULL,
    document text NOT NULL
);
CREATE SEQUENCE released.monitor_result_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.monitor_result_id_seq OWNED BY released.monitor_result.id;
CREATE TABLE released.mute (
    project text NOT NULL,
    subject text NOT NULL,
    person text NOT NULL,
    reason text NOT NULL,
    author text NOT NULL,
    created bigint NOT NULL,
    until bigint NOT NULL
);
CREATE TABLE released.person (
    id bigint NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password text,
    active boolean NOT NULL,
    created bigint NOT NULL,
    signed_in bigint
);
CREATE SEQUENCE released.person_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.person_id_seq OWNED BY released.person.id;
CREATE TABLE released.process_figure (
    process text NOT NULL,
    name text NOT NULL,
    value double precision NOT NULL,
    updated bigint NOT NULL
);
CREATE TABLE released.promotion (
    id bigint NOT NULL,
    project text NOT NULL,
    model text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    version_before integer,
    version_after integer,
    requested_by text NOT NULL,
    requested bigint NOT NULL,
    reason text NOT NULL,
    findings text NOT NULL,
    decided_by text NOT NULL,
    decided bigint,
    origin text NOT NULL
);
CREATE SEQUENCE released.promotion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.promotion_id_seq OWNED BY released.promotion.id;
CREATE TABLE released.reading (
    project text NOT NULL,
    pipeline text NOT NULL,
    block text NOT NULL,
    kind text NOT NULL,
    source_pipeline text NOT NULL,
    source text NOT NULL,
    run_id bigint NOT NULL,
    seen bigint NOT NULL
);
CREATE TABLE released.restored (
    project text NOT NULL,
    pipeline text NOT NULL,
    block text NOT NULL,
    version_id bigint NOT NULL,
    run_id bigint NOT NULL,
    block_run text NOT NULL,
    round integer NOT NULL,
    updated bigint NOT NULL
);
CREATE TABLE released.role_grant (
    user_id bigint NOT NULL,
    project text NOT NULL,
    pipeline text NOT NULL,
    role text NOT NULL
);
CREATE TABLE released.run (
    id bigint NOT NULL,
    project text NOT NULL,
    pipeline text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    created bigint NOT NULL,
    selection text NOT NULL,
    variables text NOT NULL,
    system text NOT NULL,
    reuse boolean,
    snapshot text NOT NULL,
    git_commit text,
    started bigint,
    finished bigint,
    round integer NOT NULL,
    replay_of bigint,
    parent_run bigint,
    pinned boolean NOT NULL,
    skip_sensors boolean NOT NULL,
    queue text NOT NULL,
    priority integer NOT NULL,
    settings text NOT NULL,
    trigger_id bigint,
    due bigint,
    backfill_id bigint,
    slice integer,
    product text,
    requested_by text NOT NULL
);
CREATE TABLE released.run_cost (
    run_id bigint NOT NULL,
    project text NOT NULL,
    pipeline text NOT NULL,
    round integer NOT NULL,
    day text NOT NULL,
    state text NOT NULL,
    block_runs integer NOT NULL,
    attempts integer NOT NULL,
    seconds double precision NOT NULL,
    block_seconds double precision NOT NULL,
    cpu_seconds double precision NOT NULL,
    rss_peak bigint NOT NULL,
    bytes_in bigint NOT NULL,
    bytes_out bigint NOT NULL
);
CREATE SEQUENCE released.run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.run_id_seq OWNED BY released.run.id;
CREATE TABLE released.run_inbox (
    id bigint NOT NULL,
    run_id bigint NOT NULL,
    project text NOT NULL,
    kind text NOT NULL,
    data text NOT NULL
);
CREATE SEQUENCE released.run_inbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.run_inbox_id_seq OWNED BY released.run_inbox.id;
CREATE TABLE released.run_lease (
    run_id bigint NOT NULL,
    project text NOT NULL,
    pipeline text NOT NULL,
    owner text,
    fencing bigint NOT NULL,
    lease_until bigint,
    events bigint NOT NULL,
    positions bigint NOT NULL
);
CREATE TABLE released.run_limit (
    run_id bigint NOT NULL,
    key text NOT NULL,
    project text NOT NULL,
    allowed integer NOT NULL
);
CREATE TABLE released.run_note (
    id bigint NOT NULL,
    run_id bigint NOT NULL,
    project text NOT NULL,
    author text NOT NULL,
    text text NOT NULL,
    created bigint NOT NULL,
    changed bigint
);
CREATE SEQUENCE released.run_note_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.run_note_id_seq OWNED BY released.run_note.id;
CREATE TABLE released.run_tag (
    run_id bigint NOT NULL,
    name text NOT NULL,
    project text NOT NULL,
    value text NOT NULL,
    author text NOT NULL,
    created bigint NOT NULL
);
CREATE TABLE released.schema_column (
    project text NOT NULL,
    schema text NOT NULL,
    place integer NOT NULL,
    column_name text NOT NULL,
    type text NOT NULL
);
CREATE TABLE released.secret (
    project text NOT NULL,
    name text NOT NULL,
    token text NOT NULL
);
CREATE TABLE released.session (
    digest text NOT NULL,
    user_id bigint NOT NULL,
    created bigint NOT NULL,
    seen bigint NOT NULL,
    expires bigint NOT NULL,
    address text NOT NULL,
    agent text NOT NULL
);
CREATE TABLE released.sign_in_link (
    digest text NOT NULL,
    user_id bigint NOT NULL,
    expires bigint NOT NULL
);
CREATE TABLE released.slot (
    run_id bigint NOT NULL,
    block_run text NOT NULL,
    pool text NOT NULL,
    project text NOT NULL,
    weight integer NOT NULL
);
CREATE TABLE released.token (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    scopes text NOT NULL,
    project text NOT NULL,
    created bigint NOT NULL,
    expires bigint,
    used bigint,
    revoked bigint
);
CREATE SEQUENCE released.token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.token_id_seq OWNED BY released.token.id;
CREATE TABLE released.tracked_run (
    project text NOT NULL,
    tracked text NOT NULL,
    pipeline text NOT NULL,
    block text NOT NULL,
    run_id bigint NOT NULL,
    block_run text NOT NULL,
    attempt integer NOT NULL,
    experiment text NOT NULL,
    name text NOT NULL,
    state text NOT NULL,
    waiting boolean NOT NULL,
    created bigint NOT NULL,
    ended bigint
);
CREATE TABLE released.trigger (
    id bigint NOT NULL,
    project text NOT NULL,
    pipeline text NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    place text NOT NULL,
    definition text NOT NULL,
    active bigint NOT NULL,
    token text NOT NULL,
    first_seen bigint NOT NULL,
    enabled bigint,
    settled bigint,
    next_due bigint,
    problem text NOT NULL,
    updated bigint,
    gone bigint
);
CREATE TABLE released.trigger_file (
    project text NOT NULL,
    pipeline text NOT NULL,
    signature text NOT NULL,
    problem text NOT NULL
);
CREATE TABLE released.trigger_fire (
    trigger_id bigint NOT NULL,
    key text NOT NULL,
    project text NOT NULL,
    due bigint,
    fired bigint NOT NULL,
    outcome text NOT NULL,
    reason text NOT NULL,
    run_id bigint
);
CREATE SEQUENCE released.trigger_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.trigger_id_seq OWNED BY released.trigger.id;
CREATE TABLE released.trigger_pause (
    project text NOT NULL,
    reason text NOT NULL,
    author text NOT NULL,
    since bigint NOT NULL,
    until bigint
);
CREATE TABLE released.trigger_source (
    project text NOT NULL,
    source text NOT NULL,
    state text NOT NULL,
    owner text NOT NULL,
    owned_until bigint NOT NULL
);
CREATE TABLE released.trigger_tally (
    trigger_id bigint NOT NULL,
    outcome text NOT NULL,
    project text NOT NULL,
    fires bigint NOT NULL
);
CREATE TABLE released.version (
    id bigint NOT NULL,
    project text NOT NULL,
    pipeline text NOT NULL,
    block text NOT NULL,
    name text NOT NULL,
    run_id bigint NOT NULL,
    block_run text NOT NULL,
    round integer NOT NULL,
    output text NOT NULL,
    parts integer,
    digest text NOT NULL,
    bytes bigint NOT NULL,
    schema text NOT NULL,
    key text,
    manifest text,
    made bigint NOT NULL,
    pinned boolean NOT NULL
);
CREATE SEQUENCE released.version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE released.version_id_seq OWNED BY released.version.id;
ALTER TABLE ONLY released.alert ALTER COLUMN id SET DEFAULT nextval('released.alert_id_seq'::regclass);
ALTER TABLE ONLY released.audit ALTER COLUMN id SET DEFAULT nextval('released.audit_id_seq'::regclass);
ALTER TABLE ONLY released.backfill ALTER COLUMN id SET DEFAULT nextval('released.backfill_id_seq'::regclass);
ALTER TABLE ONLY released.feed ALTER COLUMN id SET DEFAULT nextval('released.feed_id_seq'::regclass);
ALTER TABLE ONLY released.model_version ALTER COLUMN id SET DEFAULT nextval('released.model_version_id_seq'::regclass);
ALTER TABLE ONLY released.monitor_finding ALTER COLUMN id SET DEFAULT nextval('released.monitor_finding_id_seq'::regclass);
ALTER TABLE ONLY released.monitor_result ALTER COLUMN id SET DEFAULT nextval('released.monitor_result_id_seq'::regclass);
ALTER TABLE ONLY released.person ALTER COLUMN id SET DEFAULT nextval('released.person_id_seq'::regclass);
ALTER TABLE ONLY released.promotion ALTER COLUMN id SET DEFAULT nextval('released.promotion_id_seq'::regclass);
ALTER TABLE ONLY released.run ALTER COLUMN id SET DEFAULT nextval('released.run_id_seq'::regclass);
ALTER TABLE ONLY released.run_inbox ALTER COLUMN id SET DEFAULT nextval('released.run_inbox_id_seq'::regclass);
ALTER TABLE ONLY released.run_note ALTER COLUMN id SET DEFAULT nextval('released.run_note_id_seq'::regclass);
ALTER TABLE ONLY released.token ALTER COLUMN id SET DEFAULT nextval('released.token_id_seq'::regclass);
ALTER TABLE ONLY released.trigger ALTER COLUMN id SET DEFAULT nextval('released.trigger_id_seq'::regclass);
ALTER TABLE ONLY released.version ALTER COLUMN id SET DEFAULT nextval('released.version_id_seq'::regclass);
INSERT INTO released.attempt VALUES (1, 'load', 1, 'shop', 0, 'ended', 1795326551718749, 1, 1795326551735127, 'host', 23501, 454784, 'completed', '', '/srv/shop/.blockwright/runs/1/load/1/manifest.json', '52c8952f1e126cc42e756f508e1e4c1e7da2d711c6b093b2796a504c7599f1b4');
INSERT INTO released.attempt VALUES (1, 'step', 1, 'shop', 0, 'ended', 1795326551758659, 1, 1795326551780936, 'host', 23502, 454785, 'completed', '', '/srv/shop/.blockwright/runs/1/step/1/manifest.json', '52c8952f1e126cc42e756f508e1e4c1e7da2d711c6b093b2796a504c7599f1b4');
INSERT INTO released.audit VALUES (1, 1795326554875830, 'root on the command line', 'trigger.create', 'shop', 'p/nightly', 'done', 'local', '{"trigger":1}');
INSERT INTO released.audit VALUES (2, 1795326556931274, 'root on the command line', 'trigger.run', 'shop', 'p/nightly', 'done', 'local', '{"trigger":1,"run":3}');
INSERT INTO released.audit VALUES (3, 1795326559164576, 'root on the command line', 'backfill.create', 'shop', 'p', 'done', 'local', '{"backfill":1}');
INSERT INTO released.backfill VALUES (1, 'shop', 'p', '2024-01-01 … 2024-01-03', 'queued', '', '{"dates":{"start":1704067200000000,"end":1704240000000000,"interval":"day","units":1,"timezone":"UTC"},"variables":{}}', 4, NULL, 'the command line', 1795326558999199, NULL, NULL);
INSERT INTO released.backfill_slice VALUES (1, 0, 'shop', '2024-01-01', 1704067200000000, '{}', 'waiting', NULL, 0, '');
INSERT INTO released.backfill_slice VALUES (1, 1, 'shop', '2024-01-02', 1704153600000000, '{}', 'waiting', NULL, 0, '');
INSERT INTO released.backfill_slice VALUES (1, 2, 'shop', '2024-01-03', 1704240000000000, '{}', 'waiting', NULL, 0, '');
INSERT INTO released.block_run VALUES (1, 'load', 'shop', 'p', 0, 'load', 'block', NULL, NULL, 'completed', '', 1, 0, 0, 0, NULL, 1795326551708723, 1795326551735127, 0.006926, 0.002846, 18272256, '4aa3f464c9c839242aaafb4c04c62943a2988116c4b5e2bc8a94773bd26ff30b', false, NULL, '[{"name":"output_0","digest":"d63bd9a826af91c1fea371965a64e11ee20f13e46b5f52c59901136605b3a487","codec":"json","type":"int","bytes":1,"rows":null,"columns":null,"spread":false,"in_memory":false}]', 0, 0, NULL, NULL, '/srv/shop/.blockwright/runs/1/load/1/manifest.json', 1795326551735127, 1795326551735127);
INSERT INTO released.block_run VALUES (1, 'step', 'shop', 'p', 1, 'step', 'block', NULL, NULL, 'completed', '', 1, 0, 0, 0, NULL, 1795326551735127, 1795326551780936, 0.005688, 0.003245, 18546688, 'ff0229bc8e075b6870ee54de3f2bca41b184fe2d0b63fd6b091c5e24a07422d3', false, NULL, '[{"name":"output_0","digest":"813e9b729141e7f385afa0a2d0df3e6c3789e427ffe4aeef566a565bc8f2fe3d","codec":"json","type":"int","bytes":1,"rows":null,"columns":null,"spread":false,"in_memory":false}]', 0, 0, NULL, NULL, '/srv/shop/.blockwright/runs/1/step/1/manifest.json', 1795326551780936, 1795326551780936);
INSERT INTO released.block_run VALUES (2, 'load', 'shop', 'p', 0, 'load', 'block', NULL, NULL, 'waiting', '', 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, '[]', 0, 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO released.block_run VALUES (2, 'step', 'shop', 'p', 1, 'step', 'block', NULL, NULL, 'waiting', '', 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, '[]', 0, 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO released.block_run VALUES (3, 'load', 'shop', 'p', 0, 'load', 'block', NULL, NULL, 'waiting', '', 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, '[]', 0, 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO released.block_run VALUES (3, 'step', 'shop', 'p', 1, 'step', 'block', NULL, NULL, 'waiting', '', 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, '[]', 0, 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO released.blockwright_version VALUES ('0001');
INSERT INTO released.event VALUES (1, 1, 'shop', 1795326551642883, 'run.queued', NULL, '{"kind":"manual","reason":"Waits for an engine to take it."}');
INSERT INTO released.event VALUES (1, 2, 'shop', 1795326551708803, 'block.queued', 'load', '{"attempt":0}');
INSERT INTO released.event VALUES (1, 3, 'shop', 1795326551708803, 'run.running', NULL, '{}');
INSERT INTO released.event VALUES (1, 4, 'shop', 1795326551708803, 'block.running', 'load', '{"attempt":1}');
INSERT INTO released.event VALUES (1, 5, 'shop', 1795326551735431, 'block.completed', 'load', '{"attempt":1}');
INSERT INTO released.event VALUES (1, 6, 'shop', 1795326551735431, 'block.running', 'step', '{"attempt":1}');
INSERT INTO released.event VALUES (1, 7, 'shop', 1795326551781535, 'block.completed', 'step', '{"attempt":1}');
INSERT INTO released.event VALUES (1, 8, 'shop', 1795326551781535, 'run.completed', NULL, '{}');
INSERT INTO released.event VALUES (2, 1, 'shop', 1795326553538082, 'run.queued', NULL, '{"kind":"manual","reason":"Waits for an engine to take it."}');
INSERT INTO released.event VALUES (3, 1, 'shop', 1795326556900623, 'run.queued', NULL, '{"kind":"trigger","reason":"Waits for an engine to take it."}');
INSERT INTO released.feed VALUES (1, 6122, 1795326551642883, 'shop', 'run', 1, '{"pipeline":"p","events":[{"number":1,"kind":"run.queued","block_run":null,"data":{"kind":"manual","reason":"Waits for an engine to take it."}}]}');
INSERT INTO released.feed VALUES (2, 6124, 1795326551708803, 'shop', 'run', 1, '{"pipeline":"p","events":[{"number":2,"kind":"block.queued","block_run":"load","data":{"attempt":0}},{"number":3,"kind":"run.running","block_run":null,"data":{}},{"number":4,"kind":"block.running","block_run":"load","data":{"attempt":1}}]}');
INSERT INTO released.feed VALUES (3, 6126, 1795326551735431, 'shop', 'run', 1, '{"pipeline":"p","events":[{"number":5,"kind":"block.completed","block_run":"load","data":{"attempt":1}},{"number":6,"kind":"block.running","block_run":"step","data":{"attempt":1}}]}');
INSERT INTO released.feed VALUES (4, 6127, 1795326551781535, 'shop', 'run', 1, '{"pipeline":"p","events":[{"number":7,"kind":"block.completed","block_run":"step","data":{"attempt":1}},{"number":8,"kind":"run.completed","block_run":null,"data":{}}]}');
INSERT INTO released.feed VALUES (5, 6129, 1795326553538082, 'shop', 'run', 2, '{"pipeline":"p","events":[{"number":1,"kind":"run.queued","block_run":null,"data":{"kind":"manual","reason":"Waits for an engine to take it."}}]}');
INSERT INTO released.feed VALUES (6, 6131, 1795326554802104, 'shop', 'trigger', NULL, '{"pipeline":"p","name":"nightly","trigger":1,"changed":true}');
INSERT INTO released.feed VALUES (7, 6133, 1795326556900623, 'shop', 'run', 3, '{"pipeline":"p","events":[{"number":1,"kind":"run.queued","block_run":null,"data":{"kind":"trigger","reason":"Waits for an engine to take it."}}]}');
INSERT INTO released.feed VALUES (8, 6135, 1795326558999199, 'shop', 'backfill', NULL, '{"backfill":1,"pipeline":"p","state":"queued"}');
INSERT INTO released.run VALUES (1, 'shop', 'p', 'manual', 'completed', '', 1795326551642883, '{"blocks":[],"upstream":false}', '{}', '{"execution_date":{"$datetime":"2026-11-22T05:49:11.642359+00:00"},"ds":"2026-11-22","hr":"05","env":"dev","event":{},"execution_partition":"manual/20261122T054911_642359","interval_start_datetime":{"$datetime":"2026-11-22T05:49:11.642359+00:00"},"interval_end_datetime":{"$datetime":"2026-11-23T05:49:11.642359+00:00"},"interval_seconds":null,"interval_start_datetime_previous":null,"pipeline_uuid":"p","repo_path":"/srv/shop","pipeline_run_id":1}', NULL, '52c8952f1e126cc42e756f508e1e4c1e7da2d711c6b093b2796a504c7599f1b4', NULL, 1795326551708545, 1795326551780936, 0, NULL, NULL, false, false, 'own', 0, '{"allow_blocks_to_fail":true,"timeout":null,"timeout_status":"failed","sla":null,"limits":[],"skip_at_limit":false}', NULL, NULL, NULL, NULL, NULL, '');
INSERT INTO released.run VALUES (2, 'shop', 'p', 'manual', 'queued', 'Waits for an engine to take it.', 1795326553538082, '{"blocks":[],"upstream":false}', '{}', '{"execution_date":{"$datetime":"2026-11-22T05:49:13.537955+00:00"},"ds":"2026-11-22","hr":"05","env":"dev","event":{},"execution_partition":"manual/20261122T054913_537955","interval_start_datetime":{"$datetime":"2026-11-22T05:49:13.537955+00:00"},"interval_end_datetime":{"$datetime":"2026-11-23T05:49:13.537955+00:00"},"interval_seconds":null,"interval_start_datetime_previous":null,"pipeline_uuid":"p","repo_path":"/srv/shop","pipeline_run_id":2}', NULL, '52c8952f1e126cc42e756f508e1e4c1e7da2d711c6b093b2796a504c7599f1b4', NULL, NULL, NULL, 0, NULL, NULL, false, false, 'engine', 0, '{"allow_blocks_to_fail":true,"timeout":null,"timeout_status":"failed","sla":null,"limits":[],"skip_at_limit":false}', NULL, NULL, NULL, NULL, NULL, '');
INSERT INTO released.run VALUES (3, 'shop', 'p', 'trigger', 'queued', 'Waits for an engine to take it.', 1795326556900623, '{"blocks":[],"upstream":false}', '{}', '{"execution_date":{"$datetime":"2026-11-22T05:49:16.877712+00:00"},"ds":"2026-11-22","hr":"05","env":"dev","event":{},"execution_partition":"1/20261122T054916_877712","interval_start_datetime":{"$datetime":"2026-11-22T05:49:16.877712+00:00"},"interval_end_datetime":{"$datetime":"2026-11-23T00:00:00+00:00"},"interval_seconds":65443.122288,"interval_start_datetime_previous":{"$datetime":"2026-11-22T00:00:00+00:00"},"pipeline_uuid":"p","repo_path":"/srv/shop","trigger_name":"nightly","pipeline_run_id":3}', NULL, '7d4a70c9627106af655774a27768ccef222ec084239c59b4ca440d2df571c096', NULL, NULL, NULL, 0, NULL, NULL, false, false, 'engine', 0, '{"allow_blocks_to_fail":true,"timeout":null,"timeout_status":"failed","sla":null,"limits":[],"skip_at_limit":false}', 1, NULL, NULL, NULL, NULL, 'the command line');
INSERT INTO released.run_lease VALUES (1, 'shop', 'p', NULL, 1, NULL, 8, 6);
INSERT INTO released.run_lease VALUES (2, 'shop', 'p', NULL, 0, NULL, 1, 2);
INSERT INTO released.run_lease VALUES (3, 'shop', 'p', NULL, 0, NULL, 1, 2);
INSERT INTO released.trigger VALUES (1, 'shop', 'p', 'nightly', 'time', 'file', '{"name":"nightly","type":"time","schedule":"@daily","timezone":"UTC","start_time":null,"active":true,"description":"","envs":[],"variables":{},"sla":null,"settings":{"allow_blocks_to_fail":null,"create_initial_pipeline_run":false,"landing_time_enabled":false,"pipeline_run_limit":null,"skip_if_previous_running":false,"timeout":null,"timeout_status":"failed"},"misfire":"latest","misfire_most":100,"sources":[],"match":{},"limits":[],"priority":0,"product":""}', 1, '', 1795326554802104, 1795326554802104, 1795326554802103, 1795392000000000, '', 1795326554802104, NULL);
INSERT INTO released.trigger_file VALUES ('shop', 'p', '2329170:1795326554797479037:1795326554797479037:95', '');
INSERT INTO released.trigger_fire VALUES (1, 'now:d87b1991c6b64fa081b1ad34a66e101f', 'shop', NULL, 1795326556900623, 'run', 'asked for by the command line', 3);
INSERT INTO released.trigger_tally VALUES (1, 'run', 'shop', 1);
SELECT pg_catalog.setval('released.alert_id_seq', 1, false);
SELECT pg_catalog.setval('released.audit_id_seq', 3, true);
SELECT pg_catalog.setval('released.backfill_id_seq', 1, true);
SELECT pg_catalog.setval('released.feed_id_seq', 8, true);
SELECT pg_catalog.setval('released.model_version_id_seq', 1, false);
SELECT pg_catalog.setval('released.monitor_finding_id_seq', 1, false);
SELECT pg_catalog.setval('released.monitor_result_id_seq', 1, false);
SELECT pg_catalog.setval('released.person_id_seq', 1, false);
SELECT pg_catalog.setval('released.promotion_id_seq', 1, false);
SELECT pg_catalog.setval('released.run_id_seq', 3, true);
SELECT pg_catalog.setval('released.run_inbox_id_seq', 1, false);
SELECT pg_catalog.setval('released.run_note_id_seq', 1, false);
SELECT pg_catalog.setval('released.token_id_seq', 1, false);
SELECT pg_catalog.setval('released.trigger_id_seq', 1, true);
SELECT pg_catalog.setval('released.version_id_seq', 1, false);
ALTER TABLE ONLY released.alert_delivery
    ADD CONSTRAINT alert_delivery_pk PRIMARY KEY (alert_id, channel);
ALTER TABLE ONLY released.alert_memory
    ADD CONSTRAINT alert_memory_pk PRIMARY KEY (project, name);
ALTER TABLE ONLY released.alert
    ADD CONSTRAINT alert_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.alias
    ADD CONSTRAINT alias_pk PRIMARY KEY (project, pipeline, block, output, name);
ALTER TABLE ONLY released.asset
    ADD CONSTRAINT asset_pk PRIMARY KEY (project, pipeline, block, name);
ALTER TABLE ONLY released.attempt
    ADD CONSTRAINT attempt_pk PRIMARY KEY (run_id, block_run, number);
ALTER TABLE ONLY released.audit
    ADD CONSTRAINT audit_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.backfill
    ADD CONSTRAINT backfill_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.backfill_slice
    ADD CONSTRAINT backfill_slice_pk PRIMARY KEY (backfill_id, "position");
ALTER TABLE ONLY released.block_run
    ADD CONSTRAINT block_run_pk PRIMARY KEY (run_id, name);
ALTER TABLE ONLY released.blockwright_version
    ADD CONSTRAINT blockwright_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY released.catalogued
    ADD CONSTRAINT catalogued_pk PRIMARY KEY (run_id);
ALTER TABLE ONLY released.cost_day
    ADD CONSTRAINT cost_day_pk PRIMARY KEY (project, day, pipeline, state);
ALTER TABLE ONLY released.endpoint
    ADD CONSTRAINT endpoint_pk PRIMARY KEY (project, model);
ALTER TABLE ONLY released.event
    ADD CONSTRAINT event_pk PRIMARY KEY (run_id, number);
ALTER TABLE ONLY released.feed_end
    ADD CONSTRAINT feed_end_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.feed
    ADD CONSTRAINT feed_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.idempotency
    ADD CONSTRAINT idempotency_pk PRIMARY KEY (project, key);
ALTER TABLE ONLY released.identity
    ADD CONSTRAINT identity_pk PRIMARY KEY (issuer, subject);
ALTER TABLE ONLY released.installation
    ADD CONSTRAINT installation_pk PRIMARY KEY (name);
ALTER TABLE ONLY released.limit_turn
    ADD CONSTRAINT limit_turn_pk PRIMARY KEY (project, key);
ALTER TABLE ONLY released.model_mirror
    ADD CONSTRAINT model_mirror_pk PRIMARY KEY (project, model);
ALTER TABLE ONLY released.model
    ADD CONSTRAINT model_pk PRIMARY KEY (project, name);
ALTER TABLE ONLY released.model_version
    ADD CONSTRAINT model_version_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.monitor_finding
    ADD CONSTRAINT monitor_finding_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.monitor_result
    ADD CONSTRAINT monitor_result_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.mute
    ADD CONSTRAINT mute_pk PRIMARY KEY (project, subject, person);
ALTER TABLE ONLY released.person
    ADD CONSTRAINT person_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.process_figure
    ADD CONSTRAINT process_figure_pk PRIMARY KEY (process, name);
ALTER TABLE ONLY released.promotion
    ADD CONSTRAINT promotion_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.reading
    ADD CONSTRAINT reading_pk PRIMARY KEY (project, pipeline, block, kind, source_pipeline, source);
ALTER TABLE ONLY released.restored
    ADD CONSTRAINT restored_pk PRIMARY KEY (project, pipeline, block);
ALTER TABLE ONLY released.role_grant
    ADD CONSTRAINT role_grant_pk PRIMARY KEY (user_id, project, pipeline);
ALTER TABLE ONLY released.run_cost
    ADD CONSTRAINT run_cost_pk PRIMARY KEY (run_id);
ALTER TABLE ONLY released.run_inbox
    ADD CONSTRAINT run_inbox_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.run_lease
    ADD CONSTRAINT run_lease_pk PRIMARY KEY (run_id);
ALTER TABLE ONLY released.run_limit
    ADD CONSTRAINT run_limit_pk PRIMARY KEY (run_id, key);
ALTER TABLE ONLY released.run_note
    ADD CONSTRAINT run_note_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.run
    ADD CONSTRAINT run_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.run_tag
    ADD CONSTRAINT run_tag_pk PRIMARY KEY (run_id, name);
ALTER TABLE ONLY released.schema_column
    ADD CONSTRAINT schema_column_pk PRIMARY KEY (project, schema, place);
ALTER TABLE ONLY released.secret
    ADD CONSTRAINT secret_pk PRIMARY KEY (project, name);
ALTER TABLE ONLY released.session
    ADD CONSTRAINT session_pk PRIMARY KEY (digest);
ALTER TABLE ONLY released.sign_in_link
    ADD CONSTRAINT sign_in_link_pk PRIMARY KEY (digest);
ALTER TABLE ONLY released.slot
    ADD CONSTRAINT slot_pk PRIMARY KEY (run_id, block_run, pool);
ALTER TABLE ONLY released.token
    ADD CONSTRAINT token_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.tracked_run
    ADD CONSTRAINT tracked_run_pk PRIMARY KEY (project, tracked);
ALTER TABLE ONLY released.trigger_file
    ADD CONSTRAINT trigger_file_pk PRIMARY KEY (project, pipeline);
ALTER TABLE ONLY released.trigger_fire
    ADD CONSTRAINT trigger_fire_pk PRIMARY KEY (trigger_id, key);
ALTER TABLE ONLY released.trigger_pause
    ADD CONSTRAINT trigger_pause_pk PRIMARY KEY (project);
ALTER TABLE ONLY released.trigger
    ADD CONSTRAINT trigger_pk PRIMARY KEY (id);
ALTER TABLE ONLY released.trigger_source
    ADD CONSTRAINT trigger_source_pk PRIMARY KEY (project, source);
ALTER TABLE ONLY released.trigger_tally
    ADD CONSTRAINT trigger_tally_pk PRIMARY KEY (trigger_id, outcome);
ALTER TABLE ONLY released.version
    ADD CONSTRAINT version_pk PRIMARY KEY (id);
CREATE INDEX alert_by_age ON released.alert USING btree (created);
CREATE UNIQUE INDEX alert_by_key ON released.alert USING btree (project, key);
CREATE INDEX alert_by_project ON released.alert USING btree (project, id);
CREATE INDEX alert_delivery_by_due ON released.alert_delivery USING btree (project, state, due);
CREATE INDEX alias_by_version ON released.alias USING btree (version_id);
CREATE INDEX audit_by_project ON released.audit USING btree (project, id);
CREATE INDEX backfill_by_pipeline ON released.backfill USING btree (project, pipeline, id);
CREATE INDEX backfill_by_state ON released.backfill USING btree (project, state, id);
CREATE INDEX backfill_slice_by_state ON released.backfill_slice USING btree (backfill_id, state, "position");
CREATE INDEX block_run_by_block ON released.block_run USING btree (project, pipeline, block, settled) WHERE ((state = 'completed'::text) AND (role <> 'child'::text));
CREATE INDEX block_run_by_key ON released.block_run USING btree (project, block, key, produced) WHERE (state = 'completed'::text);
CREATE INDEX block_run_without_result ON released.block_run USING btree (project, pipeline, block, run_id) WHERE ((state = ANY (ARRAY['failed'::text, 'cancelled'::text, 'skipped'::text, 'upstream_failed'::text])) AND (role <> 'child'::text));
CREATE INDEX feed_by_writer ON released.feed USING btree (writer, id);
CREATE INDEX idempotency_by_age ON released.idempotency USING btree (created);
CREATE UNIQUE INDEX model_version_by_number ON released.model_version USING btree (project, model, number);
CREATE INDEX model_version_by_origin ON released.model_version USING btree (project, model, run_id, block_run, digest);
CREATE INDEX monitor_finding_by_monitor ON released.monitor_finding USING btree (project, monitor, id);
CREATE UNIQUE INDEX monitor_finding_holds ON released.monitor_finding USING btree (project, monitor, kind) WHERE (closed IS NULL);
CREATE INDEX monitor_result_by_monitor ON released.monitor_result USING btree (project, monitor, id);
CREATE UNIQUE INDEX person_by_email ON released.person USING btree (email);
CREATE INDEX promotion_by_model ON released.promotion USING btree (project, model, id);
CREATE INDEX restored_by_run ON released.restored USING btree (run_id);
CREATE INDEX restored_by_version ON released.restored USING btree (version_id);
CREATE INDEX run_by_backfill ON released.run USING btree (backfill_id, slice, id) WHERE (backfill_id IS NOT NULL);
CREATE INDEX run_by_person ON released.run USING btree (project, requested_by, id, kind);
CREATE INDEX run_by_pipeline ON released.run USING btree (project, pipeline, id, kind);
CREATE INDEX run_by_pipeline_and_state ON released.run USING btree (project, pipeline, state, id, kind);
CREATE INDEX run_by_product ON released.run USING btree (project, product, id) WHERE (product IS NOT NULL);
CREATE INDEX run_by_project ON released.run USING btree (project, id, kind);
CREATE INDEX run_by_state ON released.run USING btree (project, state, id, kind);
CREATE INDEX run_by_time ON released.run USING btree (project, created, id);
CREATE INDEX run_by_trigger ON released.run USING btree (trigger_id, id) WHERE (trigger_id IS NOT NULL);
CREATE INDEX run_cost_by_day ON released.run_cost USING btree (project, day, pipeline);
CREATE INDEX run_inbox_by_kind ON released.run_inbox USING btree (project, kind, id);
CREATE INDEX run_inbox_by_run ON released.run_inbox USING btree (run_id, id);
CREATE INDEX run_limit_by_key ON released.run_limit USING btree (project, key);
CREATE INDEX run_note_by_run ON released.run_note USING btree (run_id, id);
CREATE INDEX run_tag_by_name ON released.run_tag USING btree (project, name, value, run_id);
CREATE INDEX run_waiting ON released.run USING btree (project, priority, id) WHERE (state = 'queued'::text);
CREATE INDEX session_by_user ON released.session USING btree (user_id);
CREATE UNIQUE INDEX sign_in_link_by_user ON released.sign_in_link USING btree (user_id);
CREATE INDEX slot_by_pool ON released.slot USING btree (project, pool);
CREATE UNIQUE INDEX token_by_digest ON released.token USING btree (digest);
CREATE INDEX token_by_user ON released.token USING btree (user_id);
CREATE INDEX tracked_run_by_experiment ON released.tracked_run USING btree (project, experiment, created, tracked);
CREATE INDEX tracked_run_by_run ON released.tracked_run USING btree (run_id);
CREATE INDEX tracked_run_by_time ON released.tracked_run USING btree (project, created, tracked);
CREATE INDEX tracked_run_open ON released.tracked_run USING btree (project) WHERE (ended IS NULL);
CREATE INDEX trigger_by_due ON released.trigger USING btree (project, next_due) WHERE (next_due IS NOT NULL);
CREATE UNIQUE INDEX trigger_by_name ON released.trigger USING btree (project, pipeline, name);
CREATE INDEX trigger_by_type ON released.trigger USING btree (project, type, id) WHERE ((gone IS NULL) AND (active = 1));
CREATE INDEX trigger_fire_by_age ON released.trigger_fire USING btree (project, fired);
CREATE INDEX trigger_fire_by_time ON released.trigger_fire USING btree (trigger_id, fired);
CREATE INDEX trigger_tally_by_project ON released.trigger_tally USING btree (project);
CREATE UNIQUE INDEX version_by_block_run ON released.version USING btree (run_id, block_run, name, round);
CREATE INDEX version_by_output ON released.version USING btree (project, pipeline, block, name, made, id);
CREATE INDEX version_pinned ON released.version USING btree (project) WHERE pinned;
ALTER TABLE ONLY released.alert_delivery
    ADD CONSTRAINT alert_delivery_alert_id_fk FOREIGN KEY (alert_id) REFERENCES released.alert(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.alias
    ADD CONSTRAINT alias_version_id_fk FOREIGN KEY (version_id) REFERENCES released.version(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.attempt
    ADD CONSTRAINT attempt_run_id_fk FOREIGN KEY (run_id) REFERENCES released.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.backfill_slice
    ADD CONSTRAINT backfill_slice_backfill_id_fk FOREIGN KEY (backfill_id) REFERENCES released.backfill(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.block_run
    ADD CONSTRAINT block_run_run_id_fk FOREIGN KEY (run_id) REFERENCES released.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.catalogued
    ADD CONSTRAINT catalogued_run_id_fk FOREIGN KEY (run_id) REFERENCES released.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.event
    ADD CONSTRAINT event_run_id_fk FOREIGN KEY (run_id) REFERENCES released.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.identity
    ADD CONSTRAINT identity_user_id_fk FOREIGN KEY (user_id) REFERENCES released.person(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.restored
    ADD CONSTRAINT restored_version_id_fk FOREIGN KEY (version_id) REFERENCES released.version(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.role_grant
    ADD CONSTRAINT role_grant_user_id_fk FOREIGN KEY (user_id) REFERENCES released.person(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.run_cost
    ADD CONSTRAINT run_cost_run_id_fk FOREIGN KEY (run_id) REFERENCES released.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.run_inbox
    ADD CONSTRAINT run_inbox_run_id_fk FOREIGN KEY (run_id) REFERENCES released.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.run_lease
    ADD CONSTRAINT run_lease_run_id_fk FOREIGN KEY (run_id) REFERENCES released.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.run_limit
    ADD CONSTRAINT run_limit_run_id_fk FOREIGN KEY (run_id) REFERENCES released.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.run_note
    ADD CONSTRAINT run_note_run_id_fk FOREIGN KEY (run_id) REFERENCES released.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.run_tag
    ADD CONSTRAINT run_tag_run_id_fk FOREIGN KEY (run_id) REFERENCES released.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.session
    ADD CONSTRAINT session_user_id_fk FOREIGN KEY (user_id) REFERENCES released.person(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.sign_in_link
    ADD CONSTRAINT sign_in_link_user_id_fk FOREIGN KEY (user_id) REFERENCES released.person(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.slot
    ADD CONSTRAINT slot_run_id_fk FOREIGN KEY (run_id) REFERENCES released.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.token
    ADD CONSTRAINT token_user_id_fk FOREIGN KEY (user_id) REFERENCES released.person(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.trigger_fire
    ADD CONSTRAINT trigger_fire_trigger_id_fk FOREIGN KEY (trigger_id) REFERENCES released.trigger(id) ON DELETE CASCADE;
ALTER TABLE ONLY released.trigger_tally
    ADD CONSTRAINT trigger_tally_trigger_id_fk FOREIGN KEY (trigger_id) REFERENCES released.trigger(id) ON DELETE CASCADE;
