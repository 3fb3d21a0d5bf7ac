package console

import (
	"slices"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// alarmRow is what rang about one report or case, however often.
type alarmRow struct {
	*record.Alarm          // the newest
	Also          []string // the ids of the others
	Others        []string // what they say, where it is something else
	Name          string   // reference of the report it is about, where that must be said
}

// Count says how often it rang.
func (r alarmRow) Count() int { return len(r.Also) + 1 }

// alarmGroup is rows that say the same of different reports or cases.
type alarmGroup struct {
	Rows   []alarmRow
	Newest time.Time
}

// Folded says whether the rows stand behind one line.
func (g alarmGroup) Folded() bool { return len(g.Rows) >= foldedFrom }

const (
	mostAlarms = 200 // that are read, oldest first
	foldedFrom = 3   // rows that say the same
)

// alarmBoard is what rang and nobody took notice of.
type alarmBoard struct {
	People alarmGroup   // about the people who stand in the list of those who wait: one line, for the list says it all
	Groups []alarmGroup // about anything else
	Later  int          // groups that are not shown
}

// alarms are the open ones, what rang first on top: one row for each report or case, rows that say the same folded, and
// rows about people who are shown waiting behind one line.
func (c *Console) alarms(v *visit, shown []waiting) (b alarmBoard, err error) {
	open, err := view.List[record.Alarm](v.ctx(), c.desk, record.Query{State: record.AlarmOpen, Limit: mostAlarms})
	if err != nil {
		return b, err
	}
	references := map[string]string{}
	for _, w := range shown {
		references[w.Conversation], references[w.Stream] = w.Reference, w.Reference
	}
	var others []alarmRow
	for _, r := range matters(open) {
		if r.Name = references[matterOf(r.Alarm)]; r.Name != "" {
			b.People = b.People.with(r)
		} else {
			others = append(others, r)
		}
	}
	b.Groups = grouped(others)
	b.Later = max(len(b.Groups)-onFront, 0)
	b.Groups = b.Groups[:len(b.Groups)-b.Later]
	return b, c.nameFolded(v, b.Groups)
}

// nameFolded puts the reference of a report before what several rows say of different ones.
func (c *Console) nameFolded(v *visit, groups []alarmGroup) (err error) {
	if may(v, bots.KindReport) != nil {
		return nil
	}
	for _, g := range groups {
		for i := range g.Rows {
			if !g.Folded() {
				break
			}
			if g.Rows[i].Name, err = c.named(v, g.Rows[i].About); err != nil {
				return err
			}
		}
	}
	return nil
}

// named is the reference of a report; empty for anything else.
func (c *Console) named(v *visit, about bots.Target) (string, error) {
	if about.Kind != bots.KindReport {
		return "", nil
	}
	all, err := view.Appended[bots.Report](v.ctx(), c.desk, nil, about.ID)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0].Reference, nil
}

// matterOf is what alarms have in common that are about one report or case.
func matterOf(a *record.Alarm) string {
	switch a.About.Kind {
	case bots.KindReport, bots.KindConversation, bots.KindWait:
		if a.Stream != "" {
			return a.Stream
		}
	}
	return a.About.String()
}

// matters joins alarms of one matter.
func matters(open []*record.Alarm) (rows []alarmRow) {
	at := map[string]int{}
	for _, a := range open {
		i, known := at[matterOf(a)]
		if !known {
			at[matterOf(a)] = len(rows)
			rows = append(rows, alarmRow{Alarm: a})
			continue
		}
		rows[i] = rows[i].with(a)
	}
	return rows
}

// grouped joins matters of which the same is said.
func grouped(rows []alarmRow) (groups []alarmGroup) {
	said := map[string]int{}
	for _, r := range rows {
		key := string(r.About.Kind) + "|" + r.Why
		i, known := said[key]
		if !known || len(r.Others) > 0 {
			i = len(groups)
			groups = append(groups, alarmGroup{})
			if len(r.Others) == 0 {
				said[key] = i
			}
		}
		groups[i] = groups[i].with(r)
	}
	return groups
}

func (g alarmGroup) with(r alarmRow) alarmGroup {
	g.Rows = append(g.Rows, r)
	if r.Created.After(g.Newest) {
		g.Newest = r.Created
	}
	return g
}

// with adds an alarm about the same; the newest one speaks for all.
func (r alarmRow) with(a *record.Alarm) alarmRow {
	if a.Created.Before(r.Created) {
		a, r.Alarm = r.Alarm, a
	}
	r.Also = append(r.Also, r.ID)
	if r.Why != a.Why && !slices.Contains(r.Others, r.Why) {
		r.Others = append(r.Others, r.Why)
	}
	r.Alarm = a
	r.Others = slices.DeleteFunc(r.Others, func(why string) bool { return why == a.Why })
	return r
}

// alarmSeen takes notice of an alarm, and of those that stand in the same row. What a colleague took notice of meanwhile
// stays theirs.
func (c *Console) alarmSeen(v *visit) error {
	key, all := v.nonce, append([]string{v.id()}, v.r.PostForm["also"]...)
	said := notice{Text: "已知悉，记录在案。"}
	for i, id := range all[:min(len(all), mostAlarms)] {
		if i > 0 {
			v.nonce = key + "/" + id
		}
		a, err := c.submit(v, bots.Decision{Verb: bots.AcknowledgeAll, On: on(record.KindAlarm, id)})
		switch {
		case err != nil:
			return err
		case a.later != nil:
			said = *a.later
		case a.refused != "" && len(all) == 1:
			said = notice{Text: a.refused, Bad: true}
		}
	}
	c.say(v, said)
	return v.to("/")
}
