package bulletin

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

const (
	// days is how long a bulletin's figures are read, day by day, after it came out.
	days = 7
	// readAt is when: platforms have yesterday's figures ready by then.
	readAt = 9*time.Hour + 30*time.Minute
)

// china is where days end. It has kept one offset since 1991.
func china() *time.Location { return time.FixedZone("China", 8*60*60) }

// published has the first figures of a bulletin read on the morning after it came out.
func published(o *bots.Outcome, e bots.Event, f bots.Facts) ([]bots.Effect, error) {
	if o.Purpose != bots.ForBulletin || o.State != "delivered" || o.Receipt.Ref == "" {
		return nil, bots.ErrNotMine
	}
	d, ok := bots.Get[bots.Draft](f, o.Draft)
	if !ok || d.About.Kind != bots.KindBulletin {
		return nil, bots.ErrNotMine
	}
	r := reading{bulletin: d.About.ID, account: e.Account, day: 1, out: f.Now()}
	return r.ask(o.Receipt.Ref), nil
}

// counted writes figures down and has the next ones read.
func counted(x *bots.FetchResult, e bots.Event, f bots.Facts) ([]bots.Effect, error) {
	r, ok := parse(x.Key)
	if !ok || x.Bot != "bulletin" || x.What != bots.FetchFigures {
		return nil, bots.ErrNotMine
	}
	var effects []bots.Effect
	if figures := sum(x.Figures); len(figures) > 0 {
		day := f.Now().In(china()).Format(time.DateOnly)
		if r.whole {
			day = r.yesterday()
		}
		effects = append(effects, bots.KeepFigures{Bulletin: r.bulletin, Reading: bots.Reading{Account: e.Account, Day: day, Figures: figures, Whole: r.whole}})
	}
	if r.whole || r.day >= days {
		return effects, nil
	}
	r.account, r.day = e.Account, r.day+1
	return append(effects, r.ask(x.Ref)...), nil
}

func sum(figures []adapters.Figure) map[string]int64 {
	out := map[string]int64{}
	for _, x := range figures {
		out[x.Name] += x.Value
	}
	return out
}

// reading is one look at a bulletin's figures. Its key says all about it, so that the answer,
// days later and after restarts, needs no memory.
type reading struct {
	bulletin, account string
	day               int // after it came out
	out               time.Time
	whole             bool // of the whole account
}

func (r reading) key() string {
	of := "post"
	if r.whole {
		of = "account"
	}
	return fmt.Sprintf("figures|%s|%s|%d|%d|%s", of, r.account, r.day, r.out.Unix(), r.bulletin)
}

func parse(key string) (r reading, ok bool) {
	f := strings.SplitN(key, "|", 6)
	if len(f) != 6 || f[0] != "figures" {
		return r, false
	}
	day, e1 := strconv.Atoi(f[3])
	out, e2 := strconv.ParseInt(f[4], 10, 64)
	return reading{bulletin: f[5], account: f[2], day: day, out: time.Unix(out, 0), whole: f[1] == "account"}, e1 == nil && e2 == nil
}

// ask has the bulletin's figures read on its morning, and with them those of the whole
// account of the day before, to hold them against.
func (r reading) ask(ref adapters.Ref) []bots.Effect {
	at := r.morning()
	whole := r
	whole.whole = true
	return []bots.Effect{
		bots.Fetch{What: bots.FetchFigures, Ref: ref, Key: r.key(), At: at},
		bots.Fetch{What: bots.FetchFigures, Ref: adapters.Ref("day:" + whole.yesterday()), Key: whole.key(), At: at},
	}
}

func (r reading) morning() time.Time {
	o := r.out.In(china())
	return time.Date(o.Year(), o.Month(), o.Day()+r.day, 0, 0, 0, 0, china()).Add(readAt)
}

func (r reading) yesterday() string { return r.morning().AddDate(0, 0, -1).Format(time.DateOnly) }
