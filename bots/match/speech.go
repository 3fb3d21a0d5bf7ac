package match

// Urgency says how much hurry a text is in.
type Urgency string

// The urgencies. Danger to life comes before moving money.
const (
	NoUrgency   Urgency = ""
	MoneyMoving Urgency = "money" // money has just left, or somebody is being talked into sending it
	LifeDanger  Urgency = "life"
)

var (
	lifeDanger = NewCue(
		`自杀|轻生|不想(再)?活|活不下去|活着(没|没有|没什么)(意思|意义)|想死|寻短见|一了百了|跳(楼|河|桥|江)|割腕|喝农药|`+
			`楼.{0,4}跳下|自鲨|活着没劲|`+
			`(吃|吞).{0,8}(安眠药|农药)|安眠药.{0,6}(吃|吞)|结束(自己的?)?生命|遗书|救救(孩子|他|她)|要杀(我|人)|杀了我|拿刀|不.{0,8}就(打|砍|电|弄)死?我|`+
			`绑架|被绑|被关(在|起来|着|进)|囚禁|拘禁|限制.{0,4}自由|不(让|准|许)(我|我们|他|她)?(走|离开|回家)|园区.{0,12}(逃|关|打|电击|救)|`+
			`缅北|妙瓦底|水牢|被卖到|家暴|`+
			`(孩子|小孩|女儿|儿子|宝宝|孙子|孙女).{0,6}(不见了|丢了|走丢|失踪|被拐|被抢走|被人?带走|联系不上)|`+
			`(把|抢).{0,4}(孩子|小孩|女儿|儿子|宝宝|孙子|孙女).{0,2}(带走|抢走|抱走|拐走)|`+
			`逼.{0,3}(拍|录|脱)|(威胁|敲诈|勒索|要挟|不.{0,4}[打给转交付](钱|款)).{0,12}(照片|视频|录像|隐私照)|(照片|视频|录像).{0,10}(威胁|敲诈|勒索|要挟)|要(发|曝光|公开|散布)(我|她|他|孩子)的?(照片|视频)|`+
			`裸聊|裸照|(发|传|散布)(给|到).{0,8}(通讯录|亲友|亲戚|家人|同学|同事)|私密(照|视频)|`+
			`(?:^|[^a-z])sos(?:[^a-z]|$)|🆘|suicid|kill (myself|me)|want to die|kidnap|nude|sextort`,
		`打我的?(电话|手机|微信)|跳楼(价|大?甩卖|机)|自杀式|想死(你|他|她|我了)|新闻.{0,10}(自杀|跳楼)|`+
			`(?:^|[，,。！!、；;\s]|请|大家|赶?快|赶紧|马上|立刻|立即|互相|务必|记得|都)转(发|告)?(给|到)[^我他她]{0,6}(亲友|亲戚|家人|同学|同事)`) // how a rumour asks to be passed on

	// crying is danger to life, unless money is moving: then the stop-payment card helps more.
	crying = NewCue(
		`救命|救救?我|(骗|拐|卖)(到|去|来)(了)?.{0,4}(缅甸|柬埔寨|老挝|菲律宾|泰国|境外|国外|园区|西港|金三角)|`+
			`(缅甸|柬埔寨|老挝|菲律宾|泰国|境外|国外|园区|西港|金三角).{0,20}(出不去|出不来|逃不|回不来|回不了|失联|被关|护照)|护照.{0,4}(没收|收走)`,
		`救命(稻草|恩人|钱)|救我的?(钱|卡)|(缅甸|柬埔寨|老挝|菲律宾|泰国|境外|国外)的?(网站|平台|app|软件|账户|账号|公司|群|卡|号码|电话)`)

	moneySent = NewCue(
		`转(账|帐|钱|款)?了|转(过去|走|给)(了|他|她|对方|骗子|客服|\d)|汇(款|钱)?了|打(款|钱)(了|过去)|打了.{0,3}(\d|万|千)|付(款|钱)?了|`+
			`充(值)?了|交了.{0,6}(钱|费|金|\d)|垫(付)?了|刷了.{0,4}(\d|万|千|单)|借(出|给)了|`+
			`被.{0,6}(转走|刷走|盗刷|划走|骗走|扣走)|(钱|余额)(都|全)?(没了|不见了|被转)|`+
			`(骗|坑)(了|走|去)(我|我们|我妈|我爸)?.{0,8}(\d|元|块|万|千|百|钱)|被(骗|坑).{0,6}(\d|万|千|钱)|骗我.{0,4}(\d|万|千|钱)|`+
			`验证码.{0,6}(给|告诉|发|报)了|(给|告诉|发|报)了.{0,8}验证码|`+
			`(转|汇|打|付)(账|帐|钱|款)?.{0,2}[\d一二两三四五六七八九十百千万]+.{0,4}给了?(他|她|对方|骗子|客服|人家)|转过去[\d一二两三四五六七八九十百千万]+.{0,2}了|支付成功|`+
			`(现金|金条|黄金).{0,4}(交给|递给|给了)|(交|寄|送)了.{0,3}(现金|金条|黄金)|卡密.{0,6}(给|发|告诉|报)|`+
			`(sent|transferred|paid|wired|lost).{0,30}(money|rmb|yuan|usd|dollars|\d)`,
		`(没有?|还没有?|未|不会|没敢|不敢|不想|不要|别|勿|差点|险些)(给.{0,6})?(转|汇|打|付|充|交|垫|刷|借)(账|帐|款|钱|值)?(了|过去|给)?|`+
			`(让|叫|要|催|逼|准备|想|打算)[^了，,。！!\s]{0,8}(转|汇|打|付|交|递|寄|卡密)(账|帐|钱|款)?[^了，,。！!\s]{0,10}给|打(了|过)?.{0,2}(110|96110|12\d{3})|转了?发|转(发|载|告)了?`)

	onTheCall = NewCue(
		`(正在|还在)(跟|和|与|同)?.{0,8}(通话|打电话|电话(里|中|上)|视频|聊)|电话(还)?没挂|没挂电话|不(让|准|许)(我)?挂|(共享|分享)(了)?屏幕|屏幕(共享|分享)|`+
			`远程(控制|操作|协助)|安全(账|帐)户|(让|叫|要|催|逼)(我|俺|我妈|我爸|老人).{0,10}(转(账|钱|过去|到)|汇款|打款|打钱|付款|验证码|充值|交保证金)|`+
			`(让|叫|催|逼)(我|俺|我妈|我爸|老人).{0,10}(现金|金条|黄金|卡密|钱取出来)|(跟|和|与|同)(骗子|客服|对方).{0,4}(打电话|通电话|通话|视频)|`+
			`(马上|正)(要|准备)(转|汇|付)|准备(转账|汇款|付款)|正在.{0,8}(汇款|转账|转钱|打款)|(要|准备|非要|想)给[^我]{1,7}(转|汇|打)(钱|款|账|帐)|要(转账|转钱|汇款|打款)给|要(转|汇)\d|要不要(转|汇|打款|付)|`+
			`手机.{0,3}被.{0,2}(远程|控制)|在(看|操作|控制).{0,2}我的?.{0,2}(手机|屏幕)|(腾讯会议|会议软件|云会议|会议里).{0,8}(客服|指导|操作|教我|让我)|止付.{0,4}(吗|么|怎么|怎样)|怎么止付|冻结.{0,2}(对方|他|骗子)|拦截.{0,2}(转账|这笔)|`+
			`sharing my screen|still on the (phone|call)|(tell|ask|want)(s|ing)? me to (transfer|send|pay)`,
		`(如果|凡是|凡|遇到|假如).{0,10}(屏幕共享|共享屏幕|安全(账|帐)户)|((?:^|[^要])不要|别|勿|不能)(再)?(给|向|跟|和|轻易|随意)?(陌生人|任何人|他人|[^人我，,。！!\s]{0,6})(转|汇|打|付)(钱|款|账|帐)`)

	longAgo = NewCue(
		`去年|前年|上(上)?个?月|上(周|星期|礼拜)|([一二两三四五六七八九十几半]|\d)个?(多)?(月|年|周|星期|礼拜)(多)?(前|以前|之前)|(很|好)久(以前|之前|了)|20[012]\d年|`+
			`last (year|month|week)|(years?|months?|weeks?) ago`, "")
	justNow = NewCue(`刚|今天|今早|今晚|今日|现在|正在|马上|分钟(前|以前|之前)|小时(前|以前|之前)|昨(天|晚|日)|just|today|minutes? ago|hours? ago`, "")

	policeCalled = NewCue( // by them, that is: a swindler says so, too
		`已经?.{0,2}报(过|了)?(警|案)|报(过|了)(警|案)|报(警|案)了|(打|拨)(了|过)(电话)?(给)?110|already.{0,20}(police|110)`,
		`(骗子|对方|客服|警察|民警|公安|法院|[他她]们?).{0,6}(说|称|讲|威胁|告诉).{0,10}报(过|了)?(警|案)了?|(没|没有|还没|还没有|未|要不要|不敢|不想|该不该|能不能).{0,3}报(过|了)?(警|案)了?|报(警|案)了(吗|没|么)|(打|拨)(了|过)(电话)?(给)?110.{0,6}(没|不|打不|占线|忙)`)

	publicBody = NewCue(`派出所|公安|警察|交警|民警|网警|城管|政府|法院|检察院|居委会|村委会|街道办|社区|物业|医院|医生|学校|老师|校长|领导|局长|书记|干部|官员|`+
		`公司|单位|(水务|自来水|环保|教育|信访|社保|税务|住建|市监|卫健|城建|交通)(局|厅|公司|部门|委)|police|hospital|government`, "")
	grievance = NewCue(`不作为|不立案|不处理|不受理|不管(我|事|不问|$|，|。|！|,|\.|!)|没人管|没有人管|推诿|踢皮球|敷衍|态度.{0,3}(恶劣|差|不好|傲慢)|乱收费|乱罚款|打人|骂人|欺负|`+
		`失职|渎职|包庇|徇私|腐败|贪污|受贿|投诉|太差|服务.{0,2}差|太黑|不公(平|正)|霸凌|拖欠|欠薪|克扣|不回(复|应)|没(有)?回应|不给(办|退)|强拆|`+
		`complain|useless|corrupt`, "")
	impersonated = NewCue(`冒充|假冒|自称|假(警察|民警|网警|公安)|骗`, "")

	question = NewCue(`真的(吗|么|嘛|假的|还是假)|是真是假|真假|是不是.{0,4}(骗|诈|假|真|谣|套路)|是(个)?(骗人|骗子|骗局|诈骗|谣言|谣传|假)的?(吗|么|嘛|吧？|吧\?)|`+
		`靠谱(吗|么|嘛|不)|靠不靠谱|可信(吗|么|嘛|不)|能信(吗|么|嘛|不)|(可以|能)相信(吗|么)|(有|有没有)(这|这么)(回)?事(吗|么)?[?？]?$|求(证|鉴定|辨别|辟谣)|鉴定一下|`+
		`会不会是?(骗|诈|假)|算不算(诈骗|骗)|属实(吗|么|嘛)|is (this|it) (a )?(scam|real|true|legit|fake)`, "")

	objection = NewCue(`异议|申诉|不服|我不(同意|认可|认同|接受)|凭(什么|啥)(警告|警示|说我|给我发|管我)|你们(搞|弄|认)错|发错(人)?了|(是|真是)?误会(我|了)?|冤枉|`+
		`我(并)?(没有?|不曾|从没)(骗人|诈骗|造谣|传谣|发过|违法|骗过)|我不是骗子|撤(销|回).{0,6}(警示|警告|提醒)|(?:^|[^a-z])appeal|i object`, "异议(不大|没有)|没有异议|无异议")
	denial = NewCue(`我没有|我没|不是我|正规|合法|没骗|搞错`, "")

	minor = NewCue(`我(今年|现在|才|还)*(\d|1[0-7]|十[一二三四五六七]?|[六七八九])岁|(?:^|\D)(未满|不到|没满|还没满)(18|十八)岁?的?我|我(还)?(没|未)(成年|满18|满十八)|`+
		`我(是|在)?(上|读|念)?(小学|初中|高中|中专|职高)(生|的?学生)|我(现在|今年|上|读|念|在|是|才|刚)+(小学|初[一二三中]|高[一二三中]|[一二三四五六七八九]年级)|`+
		`(用|拿|偷)(了)?(我)?(妈妈?|爸爸?|爷爷|奶奶|家长)的?(手机|支付)|(爸妈|妈妈|爸爸|家长|老师)(还)?不知道|怕(我)?(爸|妈|家长)|作业(还)?没写|`+
		`i('m| am) (\d|1[0-7])(?:\D|$)`,
		`(未满|不到|未成年|学生).{0,6}(勿扰|勿加|别加|不要|绕道|禁止)`)
)

// Urgency says whether a text tells of danger to life, or of money that is moving, by the cues or by what its
// pieces weigh.
func (f Folded) Urgency() Urgency {
	s := f.speech()
	switch u := s.cued(); {
	case u == NoUrgency:
		return s.hurry()
	case u == MoneyMoving && weigh(s.text).graver():
		return LifeDanger
	default:
		return u
	}
}

// Cued is the urgency by the cues alone. Money that left weeks ago is no emergency unless the text also speaks of
// the present. A cue that is somebody else's news, did not happen or was averted does not count.
func (f Folded) Cued() Urgency { return f.speech().cued() }

func (s speech) cued() Urgency {
	money := s.means(onTheCall, true) || s.means(moneySent, true)
	switch {
	case s.means(lifeDanger, false), s.means(crying, false) && !money:
		return LifeDanger
	case money:
		return MoneyMoving
	}
	return NoUrgency
}

// OnTheCall says whether somebody seems to be talking to them or watching their screen
// right now.
func (f Folded) OnTheCall() bool { return onTheCall.In(f) }

// MoneySent says whether the text tells that money has left, now or long ago.
func (f Folded) MoneySent() bool { return moneySent.In(f) }

// Minor says whether the author seems to be under 18.
func (f Folded) Minor() bool { return minor.In(f) }

// PoliceCalled says whether the text tells that the police know already.
func (f Folded) PoliceCalled() bool { return policeCalled.In(f) }

// Question says whether the text asks if something is true, or a scam.
func (f Folded) Question() bool { return question.In(f) }

// Complaint says whether the text is about what a public body, hospital, school or
// company did or failed to do. Somebody who poses as one is no complaint.
func (f Folded) Complaint() bool {
	return publicBody.In(f) && grievance.In(f) && !impersonated.In(f)
}

// Objection says whether the text disagrees with something we sent. Wide also takes
// plain denials, for a person who is known to have been warned.
func (f Folded) Objection(wide bool) bool {
	return objection.In(f) || wide && denial.In(f)
}
