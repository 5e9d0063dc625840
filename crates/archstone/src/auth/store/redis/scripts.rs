//! Lua scripts that the server runs atomically.
//!
//! Others may have written anything under a key: a value of another type, or one that is not the expected number,
//! counts as absent, and is overwritten.

/// A number that Lua can represent exactly, or nil.
macro_rules! script {
    ($body:literal) => {
        concat!(
            "local function number(text)\n",
            "  if type(text) == 'string' and #text < 17 and text:match('^%d+$') then return tonumber(text) end\n",
            "end\n",
            $body
        )
    };
}

/// Returns the current time, the lease number from which on failures count, and the token with its lifetime and order.
pub(super) const LOOK: &str = script!(
    "local time, lease = redis.call('TIME'), redis.pcall('GET', KEYS[2])
local now = string.format('%.0f', time[1] * 1000000 + time[2])
local since = type(lease) == 'string' and lease:match('^%d+')
local kept = redis.pcall('HMGET', KEYS[1], 'sealed', 'issued', 'fence')
if kept.err then kept = {false, false, false} end
return {now, number(since) and since or now, redis.call('PTTL', KEYS[1]), kept[1],
  number(kept[2]) and kept[2] or false, number(kept[3]) and kept[3] or false}"
);

/// Stores a token unless there is a fresher one, or the stored one is the one that was looked at.
pub(super) const KEEP: &str = script!(
    "local kept = redis.pcall('HMGET', KEYS[1], 'issued', 'fence')
local issued, fence = number(kept[1]), number(kept[2])
if issued and fence and not (issued == number(ARGV[5]) and fence == number(ARGV[6])) then
  if issued > tonumber(ARGV[2]) or issued == tonumber(ARGV[2]) and fence > tonumber(ARGV[3]) then return 0 end
end
if kept.err then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'sealed', ARGV[1], 'issued', ARGV[2], 'fence', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1"
);

/// A server that was paused may run this long after the caller has given up: then it is too late. No holder takes a
/// lease for longer than it may last.
pub(super) const TAKE: &str = script!(
    "local held = redis.pcall('GET', KEYS[2])
if type(held) == 'string' then
  local left = redis.call('PTTL', KEYS[2])
  if left < 0 or left > tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[2], ARGV[2]) end
  return false
end
local time, last = redis.call('TIME'), number(redis.pcall('HGET', KEYS[1], 'fence'))
local fence = time[1] * 1000000 + time[2]
if fence > tonumber(ARGV[3]) then return false end
if last and fence <= last then fence = last + 1 end
fence = string.format('%.0f', fence)
redis.call('SET', KEYS[2], fence .. ' ' .. ARGV[1], 'PX', ARGV[2])
return fence"
);

/// If this owner still has it.
pub(super) const PROLONG: &str = "
local held = redis.pcall('GET', KEYS[1])
if type(held) == 'string' and held:match(' (.*)') == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0";

/// If this owner still has it.
pub(super) const RELEASE: &str = "
local held = redis.pcall('GET', KEYS[1])
if type(held) == 'string' and held:match(' (.*)') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0";

/// The latest failure.
pub(super) const FAILURE: &str = "
local failure = redis.pcall('GET', KEYS[1])
return type(failure) == 'string' and failure";

/// Increments a counter.
pub(super) const COUNT: &str = "
if type(redis.pcall('HINCRBY', KEYS[1], ARGV[1], 1)) == 'table' then
  redis.call('DEL', KEYS[1])
  redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])";

/// Size, lifetime, current time, lease number, hits, logins.
pub(super) const NUMBERS: &str = script!(
    "local time, size = redis.call('TIME'), redis.pcall('HSTRLEN', KEYS[1], 'sealed')
if type(size) == 'table' then size = 0 end
local fence, counts = redis.pcall('HGET', KEYS[1], 'fence'), redis.pcall('HMGET', KEYS[2], 'hits', 'logins')
return {size, redis.call('PTTL', KEYS[1]), string.format('%.0f', time[1] * 1000000 + time[2]),
  number(fence) and fence or false, number(counts[1]) and counts[1] or false, number(counts[2]) and counts[2] or false}"
);

/// Deletes everything under one name; returns whether there was a token.
pub(super) const CLEAR: &str = "
local was_there = redis.call('EXISTS', KEYS[1])
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return was_there";
