package intake

import "netpatrol/bots/match"

// dialect are ways to say that money was cheated out of somebody, beside standard Mandarin: Sichuan
// and Chongqing, the Northeast, Henan, Cantonese, and frequent slips of the input method; and that somebody
// is being told to pay a deposit, fee or tax.
var dialect = match.NewCue(
	`(遭|着|挨|叫人|给人|让人|被人|畀人|俾人|俾|畀)(骗|呃|哄|坑|整|忽悠)(咗|咯|了|走)?.{0,10}(\d|钱|万|千|百|块|蚊|元|完|光|惨)|`+
		`(转|打|汇|过)(咗|咯|喽|嘞|过去咯)(数|钱|款)?|过咗数|入咗(钱|数)|(钱|积蓄|养老钱).{0,6}(遭|着|畀|俾|叫).{0,6}(骗|呃|卷)|`+
		`(叫|喊|让|要|催)(我|俺|偶)(先)?(转|交|缴|付|打|汇).{0,4}(保证金|押金|手续费|解冻|验资|税)|`+
		`被(片|偏|翩|编)(了|走|子).{0,8}(\d|钱|万|千|百|块|元)|(转|赚)(帐|张|涨)了.{0,8}(\d|万|千|块)|刚(赚|专|砖)(了|过去).{0,4}(\d|万|千)`,
	`(没|差点|险些|怕|冇).{0,3}(遭|着|被|畀|俾)`)
