package mastodon

import (
	"time"

	"netpatrol/adapters"
)

const checkedOn = "2026-11-22"

// Manifest is what the adapter can do on paper.
func Manifest() adapters.Manifest {
	return adapters.Manifest{
		Name: "mastodon", Title: "Mastodon and compatible servers", Docs: "docs/mastodon.md",
		Probe: "1",
		Watch: []string{"mentions"},
		Abilities: []adapters.Ability{
			{Name: "publish", Permission: "write:statuses write:media", Note: "write:media only for bulletins with pictures"},
			{Name: "message", Permission: "write:statuses", Note: "a post of visibility direct; it reaches only whom it names"},
			{Name: "comment", Permission: "write:statuses"},
			{Name: "watch", Permission: "read:notifications read:statuses write:notifications", Note: "write:notifications is for one setting: accept private mentions of strangers"},
			{Name: "stream", Permission: "read:notifications read:statuses", Note: "mentions and posts under watched tags as they are made; everything is polled as well"},
			{Name: "search", Permission: "read:search", Note: "for sources search:WORDS; only what the server's full-text index lets the account find"},
			{Name: "find", Permission: "read:statuses read:accounts"},
			{Name: "retract", Permission: "write:statuses"},
			{Name: "measure", Permission: "read:statuses", Note: "shares, likes and comments; the platform has no reads"},
			{Name: "lookup", Permission: "read:statuses"},
			{Name: "flag", Permission: "write:reports", Note: "a report to our own server's moderators; one of unknown outcome is for a person to settle"},
			{Name: "media", Permission: "none", Note: "attachments of messages to us, from the server's own host"},
		},
		Limits: limits(),
		Idem: map[adapters.Channel]adapters.Idempotency{
			// Idempotency-Key is sent, but honoured for an hour at most, not against two sends
			// at once, and not by GoToSocial: an unknown outcome is looked up.
			adapters.Public: adapters.ByLookup, adapters.Private: adapters.ByLookup, adapters.InReply: adapters.ByLookup,
			adapters.Moderators: adapters.NoIdem, // reports can be made again, and not be listed
		},
		Options: []adapters.Setting{
			{Name: "visibility", Help: "of bulletins: public (default) or unlisted"},
			{Name: "reply_visibility", Help: "of public answers: unlisted (default) or public"},
			{Name: "streaming_url", Help: "where the server streams, as its urls.streaming says; default base_url"},
		},
		Secrets: []adapters.Setting{
			{Name: "token", Required: true, Help: "access token of an application of the account"},
		},
	}
}

func limits() adapters.Limits {
	doc := adapters.Provenance{Source: "docs.joinmastodon.org/user/posting", CheckedOn: checkedOn}
	rate := adapters.Provenance{Source: "docs.joinmastodon.org/api/rate-limits", CheckedOn: checkedOn}
	l := adapters.Limits{
		Quotas: []adapters.Quota{
			{Scope: adapters.ScopeAccount, N: 300, Per: 5 * time.Minute, Provenance: rate},
			{Scope: adapters.ScopeAccount, Channel: adapters.Withdrawal, N: 30, Per: 30 * time.Minute, Provenance: rate},
		},
		Pictures: pictureLimit(),
	}
	for _, ch := range []adapters.Channel{adapters.Public, adapters.Private, adapters.InReply} {
		l.Text = append(l.Text, adapters.TextLimit{Channel: ch, Max: 500, Unit: adapters.Runes, PerURL: 23, Provenance: doc})
	}
	report := adapters.Provenance{Source: "docs.joinmastodon.org/methods/reports", CheckedOn: checkedOn, Confirmed: true}
	l.Text = append(l.Text, adapters.TextLimit{Channel: adapters.Moderators, Max: maxReport, Unit: adapters.Runes, Provenance: report})
	return l
}
