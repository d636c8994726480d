-- Rows as ingestion leaves them for events span.first to span.last (two settings): one user in ten bought twice, each 1,000
-- events have a month of their own, one event in twenty was trashed. Into the tables at once: posting 100,000 takes minutes.
create temp table span as
select n, gen_random_uuid() as id,
  timestamptz '2026-01-01' - n % 31 * interval '1 day' - (n - 1) / 1000 * interval '31 days' as day
from generate_series(current_setting('span.first')::int, current_setting('span.last')::int) as n;

insert into users (id, project_id, first_event_date, last_event_date, created_at, updated_at)
select lpad(to_hex(n), 24, '0'), 'demo-shop', day, day, now(), now() from span where n % 10 > 0;

insert into user_values (user_id, project_id, field, proof, value, created_at)
select lpad(to_hex(n), 24, '0'), 'demo-shop', field, proof, to_jsonb(proof), now()
from span, lateral (values ('email', 'buyer-' || n || '@shop.test'), ('last_name', 'name ' || md5(n::text))) as v (field, proof)
where n % 10 > 0;

insert into trackers (project_id, tracker_id, user_id, created_at)
select 'demo-shop', 't-' || n, lpad(to_hex(n - (n % 10 = 0)::int), 24, '0'), now() from span;

insert into raw_events (id, project_id, nonce, event_type, event_date, tracker_id, data, status, due_at, receptions, created_at)
select id, 'demo-shop', 'n-' || n, 'purchase', day, 't-' || n, jsonb_build_object('order_id', 'o-' || n),
  case when n % 20 = 0 then 'trashed' else 'computed' end, now(), 1, now() from span;

insert into trashed_events (id, project_id, nonce, event_type, event_date, tracker_id, data, errors, created_at)
select id, 'demo-shop', 'n-' || n, 'purchase', day, 't-' || n, '{}', '[{"field":"order_id","message":"is mandatory"}]', now()
from span where n % 20 = 0;

insert into events (id, project_id, user_id, event_type, event_type_id, event_type_version, event_date, attributable, event, "user", created_at, updated_at)
select id, 'demo-shop', lpad(to_hex(n - (n % 10 = 0)::int), 24, '0'), 'purchase', 'f', 1, day, true, '{}', '{}', now(), now()
from span where n % 20 > 0;

insert into metrics (id, project_id, user_id, event_id, event_type, event_date, type, storage_key, value, created_at, updated_at)
select lpad(to_hex(n * 2 + kind), 24, '0'), 'demo-shop', lpad(to_hex(n - (n % 10 = 0)::int), 24, '0'), id, 'purchase', day,
  case kind when 0 then 'state' else 'statistic' end, case kind when 0 then 'converted' else 'turnover' end, n % 2, now(), now()
from span, generate_series(0, 1) as kind where n % 20 > 0;

insert into campaigns (id, project_id, integration_id, name, campaign_slug, active, explicit, created_at, updated_at)
select lpad(to_hex(n), 24, '0'), 'demo-shop', i.id, 'Campaign ' || n, 'campaign-' || n, true, true, now(), now()
from span, integrations i where i.project_id = 'demo-shop' and i.wmkt_id = 'demo-store' and n % 100 = 0;
