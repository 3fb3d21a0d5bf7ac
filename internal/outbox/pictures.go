package outbox

import (
	"context"
	"slices"

	"netpatrol/adapters"
	"netpatrol/internal/record"
)

// pictures reads the bytes of an item's pictures and holds them against the digests under
// its seal. It returns why they cannot leave, for officers.
func (o *Outbox) pictures(ctx context.Context, it *record.Item) (adapters.Extras, string) {
	x := it.Extras
	x.Pictures = slices.Clone(x.Pictures)
	for i := range x.Pictures {
		p := &x.Pictures[i]
		if o.o.Pictures == nil {
			return x, whyNoPicture(p.Name)
		}
		data, err := o.o.Pictures(ctx, p.Digest)
		if err != nil {
			o.log.Error("a picture cannot be read", "item", it.ID, "picture", p.Digest, "err", err)
			return x, whyNoPicture(p.Name)
		}
		if record.PictureDigest(data) != p.Digest {
			return x, whySeal
		}
		p.Data = data
	}
	return x, ""
}
