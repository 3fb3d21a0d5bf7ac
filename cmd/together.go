package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/web/api"
	"netpatrol/internal/web/view"
)

// approveMany approves several drafts of one bulletin in one act: each different text is shown once, and each account gets an approval of its own.
func (t *tool) approveMany(ctx context.Context, c *api.Client, ids []string) error {
	bulletin, taking, err := oneBulletin(ctx, c, ids)
	if err != nil {
		return err
	}
	return t.approveTogether(ctx, c, bulletin, taking, func(k api.SealedCopy) bool { return slices.Contains(ids, k.Draft) })
}

// oneBulletin is the bulletin of drafts that can be approved together: for its accounts, or taking it back from them.
func oneBulletin(ctx context.Context, c *api.Client, ids []string) (bulletin string, taking bool, err error) {
	for n, id := range ids {
		m, err := c.Draft(ctx, id)
		if err != nil {
			return "", false, noDraft(id, err)
		}
		d := m.Draft
		back := d.Purpose == bots.ForWithdrawal
		if d.About.Kind != bots.KindBulletin || d.Purpose != bots.ForBulletin && !back || n > 0 && (d.About.ID != bulletin || back != taking) {
			return "", false, mend(fmt.Errorf("%s does not belong to one bulletin with the others", id), "approve it for itself: netpatrol queue approve %s", id)
		}
		bulletin, taking = d.About.ID, back
	}
	return bulletin, taking, nil
}

// approveTogether shows what stands together of a bulletin, asks once and approves each copy that is chosen for itself.
func (t *tool) approveTogether(ctx context.Context, c *api.Client, bulletin string, taking bool, chosen func(api.SealedCopy) bool) error {
	all, err := c.Together(ctx, bulletin, taking)
	if err != nil {
		return sought(err, "bulletin", bulletin, "netpatrol bulletin list shows the ids")
	}
	var ticked []view.Ticked
	accounts := map[string]string{}
	for n, l := range all.Letters {
		now := writeLetter(t.err, l, fmt.Sprintf("%d of %d", n+1, len(all.Letters)), chosen)
		for _, k := range now {
			ticked, accounts[k.Draft] = append(ticked, k.Ticked), k.Account
		}
	}
	if len(ticked) == 0 {
		return mend(errors.New("nothing of it awaits a decision that you can take"), "netpatrol bulletin list shows how it stands")
	}
	what := "approve these messages"
	if taking {
		what = "approve that it is deleted there"
	}
	sure, err := t.sure(fmt.Sprintf("%s, for %d accounts?", what, len(ticked)))
	if err != nil {
		return err
	}
	if !sure {
		return mend(errors.New("nothing was approved"), "answer yes")
	}
	done, err := c.ApproveTogether(ctx, bulletin, taking, ticked)
	if err != nil {
		return err
	}
	return t.approved(done, accounts)
}

// writeLetter shows a text in full, who gets it, and who does not; it returns whom an approval is for.
func writeLetter(w io.Writer, l api.OneText, which string, chosen func(api.SealedCopy) bool) (now []api.SealedCopy) {
	fields(w, "text", which, "title", printable(l.Title), "because", printable(l.Reason), "leaves", moment(l.NotBefore), "expires", moment(l.Expires))
	var text strings.Builder
	for _, p := range l.Pieces {
		switch p.Place {
		case "":
			text.WriteString(p.Text)
		default:
			text.WriteString("<" + string(p.Place) + ">")
		}
	}
	quoted(w, text.String())
	rows := [][]string{{"ACCOUNT", "DRAFT", "CODE", "UNIT", "LENGTH", "NOT APPROVED BECAUSE"}}
	for _, k := range l.Copies {
		length := ""
		if k.Measure != nil {
			length = fmt.Sprintf("%d of %d %s", k.Measure.Length, k.Measure.Max, k.Measure.Unit)
		}
		why := leftOut(k, chosen)
		if why == "" {
			now = append(now, k)
		}
		rows = append(rows, []string{k.Account, k.Draft, dash(k.Code), dash(printable(k.Unit)), dash(length), dash(why)})
	}
	table(w, rows...)
	for _, k := range l.Copies {
		for _, lost := range k.Degraded {
			fmt.Fprintf(w, "%s cannot show: %s\n", k.Account, lost)
		}
	}
	return now
}

// leftOut says why a copy is not approved; nothing: it is.
func leftOut(k api.SealedCopy, chosen func(api.SealedCopy) bool) string {
	switch {
	case !chosen(k):
		return "left out"
	case k.Not == "two-people":
		return "you wrote or edited it"
	case k.Not == "role":
		return "it needs an approver"
	case k.Not != "":
		return k.Not
	case k.Waits == "observe":
		return "the account only observes"
	case k.Waits == "suspect":
		return "the account's identity is in doubt"
	case k.Waits == "too-long":
		return "it is too long for the platform"
	case k.Waits == "plan":
		return "the platform would not show it as one post"
	}
	return ""
}

// approved prints what became of each account. What was refused is a failure.
func (t *tool) approved(done api.Approved, accounts map[string]string) error {
	err := t.print(done, func(w io.Writer) {
		fmt.Fprintf(w, "approved for %d accounts\n", len(done.Approved))
		for _, id := range slices.Sorted(maps.Keys(done.Refused)) {
			fmt.Fprintf(w, "not for %s: %s\n", accounts[id], done.Refused[id].Message)
		}
		for _, id := range done.Waiting {
			fmt.Fprintf(w, "%s is accepted and not decided yet: netpatrol queue show %s\n", accounts[id], id)
		}
	})
	if err == nil && len(done.Refused) > 0 {
		return mend(fmt.Errorf("%d of %d were refused", len(done.Refused), len(accounts)), "read the reasons above; the others are approved")
	}
	return err
}
