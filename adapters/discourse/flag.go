package discourse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var _ adapters.Flagger = (*account)(nil)

// The numbers of Discourse's flags.
const (
	inappropriate    = 4
	notifyModerators = 7
	spam             = 8
	illegal          = 10 // not in versions before 3.3
)

func drawers() map[adapters.FlagKind]int {
	return map[adapters.FlagKind]int{
		adapters.FlagIllegal: illegal, adapters.FlagOther: notifyModerators, adapters.FlagSpam: spam, adapters.FlagInappropriate: inappropriate,
	}
}

// FlagKinds begins with the two under which moderators read our text.
func (*account) FlagKinds() []adapters.FlagKind {
	return []adapters.FlagKind{adapters.FlagIllegal, adapters.FlagOther, adapters.FlagSpam, adapters.FlagInappropriate}
}

// Flag reports a post to the forum's moderators. What stands on a post of ours Discourse tells in
// the post itself, in no language.
func (a *account) Flag(ctx context.Context, at adapters.Attempt, f adapters.Flag) (adapters.Receipt, error) {
	const op = "flag"
	drawer, known := drawers()[f.Kind]
	if !known {
		return adapters.Receipt{}, forum.Reject(op, adapters.ScopeItem, fmt.Errorf("no flag %q is known to Discourse", f.Kind))
	}
	if err := forum.Fits(op, a.limits, adapters.Moderators, f.Text); err != nil {
		return adapters.Receipt{}, err
	}
	id, err := forum.ParseID(op, f.Post)
	if err != nil {
		return adapters.Receipt{}, err
	}
	ctx, cancel := forum.Until(ctx, at)
	defer cancel()
	var p post
	body := map[string]any{"id": id, "post_action_type_id": drawer, "message": f.Text}
	err = a.call(ctx, forum.Call{Op: op, Method: http.MethodPost, Path: "/post_actions.json", Body: body}, &p)
	if forum.IsRejected(err) && a.stands(ctx, op, f.Post, drawer) {
		return adapters.Receipt{Ref: flagged(id), Existed: true}, nil
	}
	if err != nil {
		return adapters.Receipt{}, err
	}
	if p.ID != id { // promise 4
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Unknown, Op: op, Phase: adapters.Answered, Err: errors.New("the forum accepted the request but did not name the post")}
	}
	return adapters.Receipt{Ref: flagged(id)}, nil
}

// flagRef begins the name of a flag; the number of its post follows.
const flagRef = "flag:"

func flagged(id forum.ID) adapters.Ref { return adapters.Ref(flagRef + id.String()) }

// action is what a post tells of one kind of flag.
type action struct {
	ID     int        `json:"id"`
	Acted  forum.Flag `json:"acted"`   // we did
	CanAct forum.Flag `json:"can_act"` // we did not, and may
}

// stands says whether a refused flag of ours stands on the post.
func (a *account) stands(ctx context.Context, op string, ref adapters.Ref, drawer int) bool {
	p, err := a.fetch(ctx, op, ref)
	return err == nil && p.acted(drawer)
}

func (p post) acted(drawer int) bool {
	return slices.ContainsFunc(p.Actions, func(x action) bool { return x.ID == drawer && bool(x.Acted) })
}

// findFlag asks the post whether we flagged it. Absent needs the forum's word that we may.
func (a *account) findFlag(ctx context.Context, op string, q adapters.FindQuery) (adapters.Finding, error) {
	id, err := forum.ParseID(op, q.Parent)
	if err != nil {
		return adapters.Finding{}, err
	}
	drawer, known := drawers()[q.Flag]
	if !known {
		return adapters.Finding{}, forum.Unread(op, "no flag "+strconv.Quote(string(q.Flag))+" is known")
	}
	p, err := a.fetch(ctx, op, q.Parent)
	if err != nil {
		return adapters.Finding{}, err
	}
	if p.acted(drawer) {
		return found(adapters.Receipt{Ref: flagged(id)}), nil
	}
	if slices.ContainsFunc(p.Actions, func(x action) bool { return x.ID == drawer && bool(x.CanAct) }) {
		return adapters.Finding{Verdict: adapters.Absent}, nil
	}
	return adapters.Finding{}, nil
}
