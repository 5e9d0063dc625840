//! What the server runs as one step each, in its own language.

/// Now, the number of the lease that failures count from, and the token with its life and order.
pub(super) const LOOK: &str = "
local time, lease = redis.call('TIME'), redis.call('GET', KEYS[2])
local now = string.format('%.0f', time[1] * 1000000 + time[2])
local since = lease and lease:match('^%d+') or now
local kept = redis.call('HMGET', KEYS[1], 'sealed', 'issued', 'fence')
return {now, since, redis.call('PTTL', KEYS[1]), kept[1], kept[2], kept[3]}";

/// Unless a fresher one is there, or what is there is what was looked at.
pub(super) const KEEP: &str = "
local kept = redis.call('HMGET', KEYS[1], 'issued', 'fence')
if kept[1] and (kept[1] .. ' ' .. kept[2]) ~= ARGV[5] then
  local issued, fence = tonumber(kept[1]), tonumber(kept[2])
  if issued > tonumber(ARGV[2]) or issued == tonumber(ARGV[2]) and fence > tonumber(ARGV[3]) then return 0 end
end
redis.call('HSET', KEYS[1], 'sealed', ARGV[1], 'issued', ARGV[2], 'fence', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1";

/// A server that was stopped may read this long after whoever asked has given up: then it comes too late.
pub(super) const TAKE: &str = "
if redis.call('EXISTS', KEYS[2]) == 1 then return false end
local time, last = redis.call('TIME'), redis.call('HGET', KEYS[1], 'fence')
local fence = time[1] * 1000000 + time[2]
if fence > tonumber(ARGV[3]) then return false end
if last and fence <= tonumber(last) then fence = last + 1 end
fence = string.format('%.0f', fence)
redis.call('SET', KEYS[2], fence .. ' ' .. ARGV[1], 'PX', ARGV[2])
return fence";

/// If it is still this owner's.
pub(super) const PROLONG: &str = "
local held = redis.call('GET', KEYS[1])
if held and held:match(' (.*)') == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0";

/// If it is still this owner's.
pub(super) const RELEASE: &str = "
local held = redis.call('GET', KEYS[1])
if held and held:match(' (.*)') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0";

/// One more.
pub(super) const COUNT: &str = "
redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
return redis.call('PEXPIRE', KEYS[1], ARGV[2])";

/// Size, life, now, number of the lease, hits, logins.
pub(super) const NUMBERS: &str = "
local time, counts = redis.call('TIME'), redis.call('HMGET', KEYS[2], 'hits', 'logins')
return {redis.call('HSTRLEN', KEYS[1], 'sealed'), redis.call('PTTL', KEYS[1]),
  string.format('%.0f', time[1] * 1000000 + time[2]), redis.call('HGET', KEYS[1], 'fence'), counts[1], counts[2]}";

pub(super) const CLEAR: &str = "
local was_there = redis.call('EXISTS', KEYS[1])
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return was_there";
