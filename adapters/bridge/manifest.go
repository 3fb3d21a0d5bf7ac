package bridge

import "netpatrol/adapters"

// contract is the version of the contract, as it stands in every path.
const contract = "1"

const checkedOn = "2026-11-25"

// Manifest is what the adapter can do on paper. What an account can do, and how long
// texts may be, its site says when the account opens.
func Manifest() adapters.Manifest {
	note := "if the site's /v1/about lists it"
	return adapters.Manifest{
		Name: "bridge", Title: "Any site that keeps netpatrol's bridge contract", Docs: "docs/bridge.md",
		Pushes: adapters.Pushes{What: "what happens on the site", Late: true}, Probe: "netpatrol-doctor",
		Watch: []string{"messages"},
		Abilities: []adapters.Ability{
			{Name: "publish", Permission: "publish", Note: note}, {Name: "message", Permission: "message", Note: note},
			{Name: "comment", Permission: "comment", Note: note}, {Name: "watch", Permission: "watch", Note: note},
			{Name: "webhook", Note: "the site signs what it pushes with the same secret"},
			{Name: "find", Note: "every site that can send can be asked for a key"},
			{Name: "retract", Permission: "retract", Note: note}, {Name: "measure", Permission: "measure", Note: note},
			{Name: "lookup", Permission: "lookup", Note: note}, {Name: "media", Permission: "media", Note: note},
			{Name: "handover", Permission: "handover", Note: note + ": clue packages to another unit"},
		},
		Idem: map[adapters.Channel]adapters.Idempotency{
			adapters.Public: adapters.Keyed, adapters.Private: adapters.Keyed, adapters.InReply: adapters.Keyed, adapters.HandedOver: adapters.Keyed,
		},
		Secrets: []adapters.Setting{
			{Name: "secret", Required: true, Help: "shared with the site, at least 32 characters; signs requests both ways"},
			{Name: "secret_previous", Help: "while the secret is being changed: what the site pushes may still be signed with it"},
		},
	}
}
