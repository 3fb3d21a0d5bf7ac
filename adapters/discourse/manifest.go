package discourse

import (
	"time"

	"netpatrol/adapters"
)

const checkedOn = "2026-11-22"

// Manifest is what the adapter can do on paper.
func Manifest() adapters.Manifest {
	return adapters.Manifest{
		Name: "discourse", Title: "Discourse", Docs: "docs/discourse.md",
		Pushes: adapters.Pushes{What: "new posts", With: "webhook_secret", Late: true}, Probe: "1",
		Watch: []string{postsSource, messagesSource},
		Abilities: []adapters.Ability{
			{Name: "publish", Permission: "topics: write", Note: "a topic; without staff rights it may wait in the review queue"},
			{Name: "message", Permission: "topics: write", Note: "a private topic of two people"},
			{Name: "comment", Permission: "topics: write"},
			{Name: "watch", Permission: "posts: list; topics: read", Note: "posts: every new public post; messages: private topics"},
			{Name: "webhook", Permission: "a webhook of the forum with a secret, for post events"},
			{Name: "find", Permission: "posts: list; topics: read", Note: "that something public is absent is only said where the forum shows us what of ours waits for review"},
			{Name: "retract", Permission: "posts: delete"},
			{Name: "measure", Permission: "topics: read", Note: "reads and comments"},
			{Name: "lookup", Permission: "topics: read"},
			{Name: "flag", Permission: "a key with no scopes, or one for post actions", Note: "to the forum's moderators; as spam or inappropriate, some versions drop the text"},
		},
		Limits: limits(),
		Idem: map[adapters.Channel]adapters.Idempotency{
			// The same call is answered the same for 120 seconds, and refused as too similar after that.
			adapters.Public: adapters.ByLookup, adapters.Private: adapters.ByLookup, adapters.InReply: adapters.ByLookup,
			adapters.Moderators: adapters.ByLookup, // the post tells whether we flagged it
		},
		Options: []adapters.Setting{
			{Name: "username", Required: true, Help: "the agency's user, as whom the key acts"},
			{Name: "category", Required: true, Help: "number of the category in which bulletins are posted, as at the end of /c/news/5"},
			{Name: "message_title", Help: "title of private messages (default: 官方账号私信)"},
		},
		Secrets: []adapters.Setting{
			{Name: "api_key", Required: true, Help: "API key bound to that user, made by an administrator of the forum"},
			{Name: "webhook_secret", Help: "secret of the forum's webhook; without it no callback is taken"},
		},
	}
}

func limits() adapters.Limits {
	p := adapters.Provenance{Source: "Discourse source, default site settings of 2022", CheckedOn: checkedOn, Confirmed: true}
	l := adapters.Limits{
		Quotas: []adapters.Quota{ // staff are exempt
			{Scope: adapters.ScopeAccount, Channel: adapters.Public, N: 20, Per: 24 * time.Hour, Provenance: p},
			{Scope: adapters.ScopeAccount, Channel: adapters.Private, N: 20, Per: 24 * time.Hour, Provenance: p},
			{Scope: adapters.ScopeAccount, Channel: adapters.Moderators, N: 20, Per: 24 * time.Hour, Provenance: p}, // max_flags_per_day
		},
		LaneWidth: 1,
	}
	for _, ch := range []adapters.Channel{adapters.Public, adapters.Private, adapters.InReply, adapters.Moderators} {
		l.Text = append(l.Text, adapters.TextLimit{Channel: ch, Max: 32000, Unit: adapters.Runes, Provenance: p})
	}
	return l
}
