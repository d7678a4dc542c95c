/**
 * Triggers to paste under `triggers:` of a plan, for those that a query, an address or the drill itself can show. Names of
 * tables, columns and limits are examples; the systems `db`, `old-db` and `app` are those of the plan.
 */
const EVERY = 'every: { live: 5m, drill: 500ms }';

export const TRIGGER_TEMPLATES: Readonly<Record<string, string>> = {
  'TR-01': `record-count:
  catalogue: TR-01
  in: db
  sql: "select abs(count(*) - 61151) from contacts"   # the count of the load's manifest
  above: 0
  ${EVERY}
  class: mandatory`,
  'TR-02': `control-total:
  catalogue: TR-02
  in: db
  sql: "select count(*) from (select currency from deals group by currency having sum(amount) <> max(control_total)) x"
  above: 0
  ${EVERY}
  class: mandatory`,
  'TR-03': `orphans:
  catalogue: TR-03
  in: db
  sql: "select count(*) from contacts c where c.account_id is not null and not exists (select from accounts a where a.id = c.account_id)"
  above: 0
  ${EVERY}
  class: mandatory`,
  'TR-04': `blank-email:
  catalogue: TR-04
  in: db
  sql: "select 100.0 * count(*) filter (where coalesce(email, '') = '') / greatest(count(*), 1) from contacts"
  above: 2.5   # the share in the baseline, and half a point
  ${EVERY}
  class: decide`,
  'TR-06': `spreading:
  catalogue: TR-06
  in: db
  sql: "select count(*) from contacts where checked_at > now() - interval '15 minutes' and not is_sound"   # what was damaged lately
  above: 0
  readings: 2
  within: 3
  every: { live: 10m, drill: 500ms }
  class: mandatory`,
  'TR-07': `consent-altered:
  catalogue: TR-07
  in: db
  sql: "select count(*) from contacts c join opt_outs o on o.contact_id = c.id where not c.opted_out"
  above: 0
  readings: 1
  ${EVERY}
  class: mandatory`,
  'TR-08': `logins-fail:
  catalogue: TR-08
  in: db
  sql: "select 100.0 * count(*) filter (where not ok) / greatest(count(*), 1) from logins where at > now() - interval '5 minutes'"
  above: 5
  readings: 3   # a quarter of an hour
  ${EVERY}
  class: decide`,
  'TR-11': `server-errors:
  catalogue: TR-11
  in: app
  http: /metrics
  metric: { name: http_requests_5m, labels: { code: { matches: "5.." } }, take: sum, per: { name: http_requests_5m, take: sum } }
  above: 0.01
  readings: 2   # ten minutes
  ${EVERY}
  class: decide`,
  'TR-12': `slow-pages:
  catalogue: TR-12
  in: app
  http: /metrics
  metric: { name: http_request_seconds, labels: { quantile: "0.95" }, take: max }
  above: 1.2   # twice what was agreed
  readings: 6   # half an hour
  ${EVERY}
  class: decide`,
  'TR-13': `outage:
  catalogue: TR-13
  in: app
  http: /health
  measure: status   # 0 when nobody answers
  below: 200
  above: 499
  readings: 3
  every: { live: 1m, drill: 200ms }
  class: decide`,
  'TR-14': `flow-stands-still:
  catalogue: TR-14
  in: db
  sql: "select coalesce(extract(epoch from now() - min(created_at)) / 60, 0) from outbox where sent_at is null"
  above: 60   # minutes
  ${EVERY}
  class: decide`,
  'TR-15': `rejected:
  catalogue: TR-15
  in: db
  sql: "select 100.0 * count(*) filter (where rejected) / greatest(count(*), 1) from outbox where sent_at > now() - interval '30 minutes'"
  above: 2
  ${EVERY}
  class: decide`,
  'TR-16': `sent-twice:
  catalogue: TR-16
  in: db
  sql: "select count(*) from (select business_key from sent_documents group by business_key having count(*) > 1) x"
  above: 0
  readings: 1
  ${EVERY}
  class: mandatory`,
  'TR-17': `open-to-strangers:
  catalogue: TR-17
  in: db
  sql: "select count(*) from permissions where public"
  above: 0
  readings: 1
  ${EVERY}
  class: mandatory`,
  'TR-18': `load-too-slow:
  catalogue: TR-18
  in: db
  sql: "select coalesce(rows_left / nullif(rows_per_minute, 0), 0) from load_progress"
  above: 600   # minutes until the last safe moment
  ${EVERY}
  class: mandatory`,
  'TR-21': `tickets:
  catalogue: TR-21
  in: app
  http: /desk/open-tickets
  read: today.per100Users
  above: 25
  every: { live: 1h, drill: 500ms }
  class: watch`,
  'TR-22': `adoption:
  catalogue: TR-22
  in: db
  sql: "select 100.0 * count(*) filter (where last_login > now() - interval '7 days') / greatest(count(*), 1) from users where active"
  below: 50
  readings: 1
  every: { live: 1d, drill: 500ms }
  class: watch`,
  'TR-23': `old-system-written:
  catalogue: TR-23
  in: old-db
  sql: "select count(*) from audit where at > timestamptz '2026-12-04 18:00+01'"   # the freeze
  above: 0
  readings: 1
  ${EVERY}
  class: mandatory`,
  'TR-24': `delta-too-large:
  catalogue: TR-24
  in: db
  sql: "select count(*) * 0.5 from activities where created_at > timestamptz '2026-12-06 08:00+01'"   # minutes to carry them back
  above: 60   # half of what the rollback has
  ${EVERY}
  class: decide`,
  'TR-25': `vendor-incident:
  catalogue: TR-25
  in: app
  http: /vendor-status.json
  read: incidents.open
  above: 0
  readings: 12   # an hour
  ${EVERY}
  class: decide`,
};
