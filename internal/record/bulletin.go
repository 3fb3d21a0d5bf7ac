package record

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// extraFields are what a seal covers of a bulletin's extras: nothing when it has none, so
// that seals from before there were any still hold.
func extraFields(x adapters.Extras) []string {
	if len(x.Pictures) == 0 && x.Cover == "" && !x.Quiet && x.Source == "" && x.SourceHash == "" {
		return nil
	}
	fields := []string{"extras", x.Cover, strconv.FormatBool(x.Quiet), string(x.Source), x.SourceHash}
	for _, p := range x.Pictures {
		fields = append(fields, p.Name, p.Type, p.Digest)
	}
	return fields
}

// PictureDigest names a picture by its bytes.
func PictureDigest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Sign writes down on a bulletin who approved it on an account. Approved anew after an edit,
// the newer approval takes the place of the older.
func Sign(b *bots.Bulletin, d *bots.Draft, a *Approval) {
	s := bots.Sign{Officer: a.Officer, Account: d.Account, At: a.At, Seal: a.Seal}
	for i := range b.Signs {
		if b.Signs[i].Account == d.Account {
			b.Signs[i] = s
			return
		}
	}
	b.Signs = append(b.Signs, s)
}

// maxPreviews bounds the previews a bulletin remembers.
const maxPreviews = 20

// Previewed writes down on a bulletin that it was shown to one of our own.
func Previewed(b *bots.Bulletin, draft string) {
	b.Previews = append(b.Previews, draft)
	b.Previews = b.Previews[max(0, len(b.Previews)-maxPreviews):]
}

// maxReadings bounds what a bulletin remembers of its figures.
const maxReadings = 200

// KeepReading writes figures down, in the place of earlier ones of the same day.
func KeepReading(b *bots.Bulletin, r bots.Reading) {
	for i, old := range b.Readings {
		if old.Account == r.Account && old.Day == r.Day && old.Whole == r.Whole {
			b.Readings[i] = r
			return
		}
	}
	b.Readings = append(b.Readings, r)
	b.Readings = b.Readings[max(0, len(b.Readings)-maxReadings):]
}

// Compare holds what came out against what was approved: shows is the approved text as
// readers should see it. White space and widths do not count.
func (i *Item) Compare(shows string, s adapters.Shown) {
	i.Altered = ""
	if d := differs(i.Title, s.Title); d != nil {
		i.Altered = "标题" + d.words()
	}
	if d := differs(shows, s.Text); d != nil {
		if i.Altered != "" {
			i.Altered += "；"
		}
		i.Altered += "正文" + d.words()
	}
}

func (d *difference) words() string {
	return "从第 " + strconv.Itoa(d.at) + " 个字起不同：批准的是「" + d.approved + "」，发出的是「" + d.posted + "」"
}

// Unclear gives an accepted send to an officer, because the platform will not tell what became of it.
func (i *Item) Unclear(why string, now time.Time) error {
	if i.State != ItemAccepted {
		return refuse("not-accepted", "the item is %s: the platform has nothing more to tell", i.State)
	}
	i.State, i.Why, i.Lookups = ItemUnknown, why, 0
	i.Tell(now)
	return nil
}
