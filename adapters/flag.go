package adapters

import "context"

// FlagKind is what a flag says is wrong with a post: the drawers that platforms have for it.
type FlagKind string

// The kinds. A platform knows some of them; one without drawers knows FlagOther only.
const (
	FlagIllegal       FlagKind = "illegal"
	FlagSpam          FlagKind = "spam"
	FlagInappropriate FlagKind = "inappropriate"
	FlagOther         FlagKind = "other" // the moderators go by the text
)

// Flag asks a platform's own moderators to look at a post.
type Flag struct {
	Post     Ref
	Kind     FlagKind
	Text     string // what the moderators read
	Language string // BCP 47
}

// Flagger reports posts to the platform's own moderators. Whether they do anything is theirs to
// decide, and is not told.
type Flagger interface {
	// FlagKinds lists what a post can be flagged as, the most fitting first. It is pure.
	FlagKinds() []FlagKind
	// Flag makes at most one mutating request. Where the platform says that a flag of ours stands
	// on the post already, that is success with Existed set, whatever its text. A platform that gives a
	// flag no id of its own is answered for by its own word of success, and the receipt names the post.
	Flag(ctx context.Context, at Attempt, f Flag) (Receipt, error)
}
