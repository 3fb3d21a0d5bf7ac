package nodebb

import (
	"time"

	"netpatrol/adapters"
)

const checkedOn = "2026-11-22"

// Manifest is what the adapter can do on paper.
func Manifest() adapters.Manifest {
	return adapters.Manifest{
		Name: "nodebb", Title: "NodeBB", Docs: "docs/nodebb.md",
		Probe: "1",
		Watch: []string{postsSource, messagesSource},
		Abilities: []adapters.Ability{
			{Name: "publish", Permission: "topics:create in the category", Note: "a topic; without moderator rights it may wait in the approval queue"},
			{Name: "message", Permission: "chat", Note: "a chat room with that person, made when there is none"},
			{Name: "comment", Permission: "topics:reply"},
			{Name: "watch", Permission: "topics:read", Note: "posts: every new post of the forum; messages: chats"},
			{Name: "find", Permission: "topics:read", Note: "that something public is absent is only said where the approval queue shows us our own posts"},
			{Name: "retract", Permission: "posts:delete", Note: "hides a post; from the queue, Global Moderator; a chat message stays"},
			{Name: "measure", Permission: "topics:read", Note: "reads and comments of a topic"},
			{Name: "lookup", Permission: "topics:read"},
			{Name: "flag", Permission: "reputation, where the forum demands some", Note: "to the forum's moderators; whether an unanswered flag arrived is only told to a moderator"},
		},
		Limits: limits(),
		Idem: map[adapters.Channel]adapters.Idempotency{
			// NodeBB accepts identical posts twice.
			adapters.Public: adapters.ByLookup, adapters.Private: adapters.ByLookup, adapters.InReply: adapters.ByLookup,
			adapters.Moderators: adapters.ByLookup, // one flag of a user for each post
		},
		Options: []adapters.Setting{
			{Name: "category", Required: true, Help: "number of the category in which bulletins are posted, as in /category/5"},
			{Name: "uid", Help: "for a master token only: number of the user to act as"},
		},
		Secrets: []adapters.Setting{
			{Name: "token", Required: true, Help: "API token of the agency's user, made by an administrator of the forum"},
		},
	}
}

func limits() adapters.Limits {
	chat := adapters.Provenance{Source: "NodeBB source, default settings", CheckedOn: checkedOn, Confirmed: true}
	post := adapters.Provenance{Source: "NodeBB default settings", CheckedOn: checkedOn}
	flags := adapters.Provenance{Source: "NodeBB default settings, flags:postFlagsPerDay", CheckedOn: "2026-11-26", Confirmed: true}
	return adapters.Limits{
		Text: []adapters.TextLimit{
			{Channel: adapters.Public, Max: 32767, Unit: adapters.UTF16, Provenance: post},
			{Channel: adapters.InReply, Max: 32767, Unit: adapters.UTF16, Provenance: post},
			{Channel: adapters.Private, Max: 1000, Unit: adapters.UTF16, Provenance: chat},
		},
		Quotas:    []adapters.Quota{{Scope: adapters.ScopeAccount, Channel: adapters.Moderators, N: 10, Per: 24 * time.Hour, Provenance: flags}},
		LaneWidth: 1, // parallel posts of one account: 400 "already posting"
	}
}
