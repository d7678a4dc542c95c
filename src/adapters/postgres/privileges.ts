/**
 * SQL for privileges as sorted text with role names. Privileges never granted and the default ones written out are the
 * same right, and a dump turns the one into the other, so both are spelled out. Numbers of roles change on restore.
 */
export function privilegesOf(acl: string, kind: string, owner: string): string {
  return `(select string_agg(line, ', ' order by line collate "C") from (
    select concat(case when e.grantee = 0 then 'PUBLIC' else pg_get_userbyid(e.grantee) end, ' may ',
      string_agg(e.privilege_type || case when e.is_grantable then '*' else '' end, '+' order by e.privilege_type collate "C"),
      ' (by ', pg_get_userbyid(e.grantor), ')') as line
    from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) e group by e.grantee, e.grantor) g)`;
}
