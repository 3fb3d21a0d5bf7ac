package nodebb

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var _ adapters.Flagger = (*account)(nil)

// FlagKinds has one kind: NodeBB's moderators go by the reason alone.
func (*account) FlagKinds() []adapters.FlagKind { return []adapters.FlagKind{adapters.FlagOther} }

// Flag reports a post to the forum's moderators. NodeBB keeps one flag of a user for each post,
// and tells its number to moderators only, so that the post's names it.
func (a *account) Flag(ctx context.Context, at adapters.Attempt, f adapters.Flag) (adapters.Receipt, error) {
	const op = "flag"
	if f.Kind != adapters.FlagOther {
		return adapters.Receipt{}, forum.Reject(op, adapters.ScopeItem, fmt.Errorf("NodeBB knows no kinds of flags: %q is none", f.Kind))
	}
	if strings.TrimSpace(f.Text) == "" {
		return adapters.Receipt{}, forum.Reject(op, adapters.ScopeItem, errors.New("the moderators want a reason"))
	}
	pid, err := forum.ParseID(op, f.Post)
	if err != nil {
		return adapters.Receipt{}, err
	}
	ctx, cancel := forum.Until(ctx, at)
	defer cancel()
	body := map[string]any{"type": "post", "id": pid, "reason": f.Text}
	err = a.do(ctx, forum.Call{Op: op, Method: http.MethodPost, Path: "/api/v3/flags", Body: body}, nil)
	if stands(err) {
		return adapters.Receipt{Ref: flagged(pid), Existed: true}, nil
	}
	if err != nil {
		return adapters.Receipt{}, err
	}
	return adapters.Receipt{Ref: flagged(pid)}, nil
}

// flagRef begins the name of a flag; the number of its post follows.
const flagRef = "flag:"

func flagged(pid forum.ID) adapters.Ref { return adapters.Ref(flagRef + pid.String()) }

var alreadyFlagged = regexp.MustCompile(`(?i)already.flagged`)

// stands says whether a refusal is that a flag of ours stands on the post.
func stands(err error) bool {
	var e *adapters.Error
	return errors.As(err, &e) && e.Class == adapters.Rejected && e.Code == strconv.Itoa(http.StatusBadRequest) && alreadyFlagged.MatchString(e.Err.Error())
}

// flagPages bounds what is read of our flags.
const flagPages = 10

// findFlag looks for a flag of the post among ours. Only moderators may list flags.
func (a *account) findFlag(ctx context.Context, op string, q adapters.FindQuery) (adapters.Finding, error) {
	pid, err := forum.ParseID(op, q.Parent)
	if err != nil {
		return adapters.Finding{}, err
	}
	for page := range flagPages {
		list, readable, err := a.flags(ctx, op, page+1)
		if err != nil || !readable {
			return adapters.Finding{}, err
		}
		for _, f := range list {
			if f.Type == "post" && f.Target == pid {
				return found(adapters.Receipt{Ref: flagged(pid)}), nil
			}
		}
		if len(list) == 0 {
			return adapters.Finding{Verdict: adapters.Absent}, nil
		}
	}
	return adapters.Finding{}, nil
}

// ourFlag is a flag in the moderators' list, as little of it as is needed.
type ourFlag struct {
	Type   string   `json:"type"`
	Target forum.ID `json:"targetId"`
}

// flags is a page of our flags; readable is false where we may not see them.
func (a *account) flags(ctx context.Context, op string, page int) (list []ourFlag, readable bool, err error) {
	var answer struct {
		Flags *[]ourFlag `json:"flags"`
	}
	k := forum.Call{Op: op, Path: "/api/flags", Query: url.Values{
		"reporterId": {a.self.UID.String()}, "type": {"post"}, "page": {strconv.Itoa(page)},
	}}
	if err := a.read(ctx, k, &answer); err != nil {
		if forum.IsGone(err) || forum.IsRejected(err) {
			return nil, false, nil
		}
		return nil, false, err
	}
	if answer.Flags == nil {
		return nil, false, forum.Unread(op, "the answer lists no flags")
	}
	return *answer.Flags, true, nil
}
