package cmd

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
	"netpatrol/internal/web/view"
)

func (t *tool) dutyCommand() *cobra.Command {
	return group("duty", "Who is on duty: rota, leave, and the hand-over from one officer to the next",
		t.dutyShow(), t.rotaCommand(), t.leaveCommand(), t.handOverCommand())
}

func (t *tool) dutyShow() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "show", Short: "Who is on duty now, by what they are reached, and the next seven days", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			d, err := c.Duty(ctx)
			if err != nil {
				return err
			}
			return t.print(d, func(w io.Writer) { writeDuty(w, d) })
		}),
	})
}

func writeDuty(w io.Writer, d view.Duty) {
	zone := zoneOf(d.Zone)
	rows := [][]string{{"LEVEL", "ON DUTY NOW", "UNTIL", "REACHED BY"}}
	for _, l := range d.Levels {
		who, note := l.Now, ""
		switch {
		case l.Gap():
			note = "nobody: a gap in the rota; "
		case !l.Begins.IsZero():
			note = "the rota begins " + inZone(l.Begins, zone) + "; "
		}
		if len(l.Instead) > 0 {
			who, note = l.Instead, note+"the configured ring: "
		}
		rows = append(rows, []string{l.Level, dash(note + personNames(who)), inZone(l.Until, zone), dash(reached(who, l.Groups))})
	}
	table(w, rows...)
	rows = nil
	for _, l := range d.Levels {
		for _, s := range l.Week {
			rows = append(rows, []string{l.Level, inZone(s.From, zone), inZone(s.To, zone), namesOf(s.Who)})
		}
	}
	if rows != nil {
		fmt.Fprintf(w, "\nThe next seven days, by the clock of %s:\n", d.Zone)
		table(w, slices.Concat([][]string{{"LEVEL", "FROM", "TO", "WHO"}}, rows)...)
	}
}

func personNames(all []view.DutyPerson) string {
	var who []api.OnDuty
	for _, p := range all {
		who = append(who, p.OnDuty)
	}
	if len(who) == 0 {
		return ""
	}
	return namesOf(who)
}

func namesOf(who []api.OnDuty) string {
	var names []string
	for _, o := range who {
		if o.For != "" {
			o.Officer += " for " + o.For
		}
		names = append(names, o.Officer)
	}
	if names == nil {
		return "NOBODY"
	}
	return strings.Join(names, ", ")
}

func reached(who []view.DutyPerson, groups []string) string {
	all := slices.Clone(groups)
	for _, p := range who {
		all = append(all, p.Reach...)
	}
	return printable(strings.Join(all, ", "))
}

// zoneOf is the zone of the station's clock; this machine's, where it is unknown here.
func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.Local
	}
	return zone
}

func inZone(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return "-"
	}
	return at.In(zone).Format("Mon 01-02 15:04")
}

func (t *tool) rotaCommand() *cobra.Command {
	return group("rota", "The shifts by which officers are on duty", t.rotaList(), t.rotaAdd(), t.rotaEnd())
}

func (t *tool) rotaList() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "list", Short: "List the shifts in the rota", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			all, err := pages(ctx, api.Paging{}, c.Shifts)
			if err != nil {
				return err
			}
			return t.print(all, func(w io.Writer) { writeShifts(w, all) })
		}),
	})
}

func writeShifts(w io.Writer, all []api.Shift) {
	if len(all) == 0 {
		fmt.Fprintln(w, "no shifts: the configured ring is rung")
		return
	}
	rows := [][]string{{"ID", "OFFICER", "LEVEL", "DAYS", "TIMES", "SINCE", "UNTIL"}}
	for _, s := range all {
		rows = append(rows, []string{s.ID, s.Officer, s.Level, dayNames(s.Days), s.Start + "-" + s.End, s.Since, dash(s.Until)})
	}
	table(w, rows...)
}

// dayWords are the weekdays by their numbers, Monday first.
var dayWords = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func dayNames(days []int) string {
	var names []string
	for _, d := range days {
		if d >= 1 && d <= len(dayWords) {
			names = append(names, dayWords[d-1])
		}
	}
	if names == nil {
		return "each date"
	}
	return strings.Join(names, ",")
}

// readDays reads mon-fri,sun or 1-5,7.
func readDays(s string) (days []int, err error) {
	if s == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(strings.ToLower(s), ",") {
		first, last, span := strings.Cut(strings.TrimSpace(part), "-")
		from, to := dayNumber(first), dayNumber(first)
		if span {
			to = dayNumber(last)
		}
		if from == 0 || to < from {
			return nil, usagef("--days %s: write mon-fri,sun or 1-5,7", s)
		}
		for d := from; d <= to; d++ {
			days = append(days, d)
		}
	}
	return days, nil
}

func dayNumber(s string) int {
	if i := slices.Index(dayWords, s); i >= 0 {
		return i + 1
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= len(dayWords) {
		return n
	}
	return 0
}

func (t *tool) rotaAdd() *cobra.Command {
	var p api.Planning
	var days string
	c := t.withJSON(&cobra.Command{
		Use: "add OFFICER START-END", Short: "Put a shift into the rota, such as: rota add chen 20:00-08:00 --days mon-fri", Args: cobra.ExactArgs(2),
		Long: `Put a shift into the rota, by the station's clock. With --days it comes back each week; without, it is
worked on every date from --since to --until, and takes the place of the weekly shifts of its level for
as long as it lasts. An end that is not after the start is on the next day.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) (err error) {
			start, end, ok := strings.Cut(args[1], "-")
			if !ok {
				return usagef("%s: write the times as 20:00-08:00", args[1])
			}
			p.Officer, p.Start, p.End = args[0], start, end
			if p.Days, err = readDays(days); err != nil {
				return err
			}
			r, err := c.AddShift(ctx, p)
			return t.decided(r, err)
		}),
	})
	c.Flags().StringVar(&days, "days", "", "weekdays: mon-fri,sun or 1-5,7")
	c.Flags().StringVar(&p.Level, "level", "duty", "duty, supervisor or commander")
	c.Flags().StringVar(&p.Since, "since", "", "first day, YYYY-MM-DD (default: today)")
	c.Flags().StringVar(&p.Until, "until", "", "last day, YYYY-MM-DD (default: none with --days, else the first)")
	return c
}

func (t *tool) rotaEnd() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "end ID", Short: "Strike a shift out of the rota", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.EndShift(ctx, args[0])
			return t.settled(r, sought(err, "shift", args[0], "netpatrol duty rota list shows the ids"), "struck out")
		}),
	})
}

func (t *tool) leaveCommand() *cobra.Command {
	return group("leave", "Who is away, and who stands in", t.leaveList(), t.leaveAdd(), t.leaveEnd())
}

func (t *tool) leaveList() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "list", Short: "List who is away now or later", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			all, err := pages(ctx, api.Paging{}, c.Leaves)
			if err != nil {
				return err
			}
			return t.print(all, func(w io.Writer) { writeLeaves(w, all) })
		}),
	})
}

func writeLeaves(w io.Writer, all []api.Leave) {
	if len(all) == 0 {
		fmt.Fprintln(w, "nobody is away")
		return
	}
	rows := [][]string{{"ID", "OFFICER", "FROM", "TO", "STANDS IN"}}
	for _, l := range all {
		rows = append(rows, []string{l.ID, l.Officer, moment(l.From), moment(l.To), dash(l.StandIn)})
	}
	table(w, rows...)
}

func (t *tool) leaveAdd() *cobra.Command {
	var p api.Planning
	c := t.withJSON(&cobra.Command{
		Use: "add OFFICER FROM TO", Short: "Write down that an officer is away", Args: cobra.ExactArgs(3),
		Long: `Write down that an officer is away. Times are by the station's clock: 2026-10-01, or 2026-10-01T20:00.
A day as TO is the last one. Whoever stands in takes the officer's shifts and alarms; without
--stand-in they are gaps.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			p.Officer, p.From, p.To = args[0], args[1], args[2]
			r, err := c.AddLeave(ctx, p)
			return t.decided(r, err)
		}),
	})
	c.Flags().StringVar(&p.StandIn, "stand-in", "", "officer who stands in")
	return c
}

func (t *tool) leaveEnd() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "end ID", Short: "Say that an officer is back", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			r, err := c.EndLeave(ctx, args[0])
			return t.settled(r, sought(err, "leave", args[0], "netpatrol duty leave list shows the ids"), "back")
		}),
	})
}
