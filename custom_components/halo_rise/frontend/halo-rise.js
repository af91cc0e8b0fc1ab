/*!
 * Halo Rise for Home Assistant, MIT. Built from dashboard/ in the same repository.
 * Contains Lit, BSD-3-Clause, and Material Design Icons, Apache-2.0: see halo-rise.licenses.txt.
 */
var e={"card.name":`Halo Rise: Night`,"card.description":`One night at a glance: sleep stages, totals against your own usual range, breathing and movement.`,"editor.device_id":`Radar`,"editor.title":`Title (optional)`,"stage.awake":`Awake`,"stage.rem":`REM`,"stage.light":`Light`,"stage.deep":`Deep`,"stage.asleep":`Asleep`,"stage.resting":`Awake, not trying to sleep`,"stage.gap":`No data`,"stage.away":`Out of bed`,"stage.other":`Somebody else`,"unit.hour":`h`,"unit.minute":`min`,"unit.percent":`%`,"unit.per_minute":`/min`,"unit.breathing":`{value}\xA0/min`,"unit.heart_rate":`{value}\xA0/min`,"unit.temperature":`{value}\xA0°C`,"unit.temperature_f":`{value}\xA0°F`,"unit.humidity":`{value}\xA0%`,"unit.illuminance":`{value}\xA0lx`,"duration.hours_minutes":`{hours}\xA0h\xA0{minutes}`,"duration.hours":`{hours}\xA0h`,"duration.seconds":`{seconds}\xA0s`,"duration.minutes":`{minutes}\xA0min`,"duration.range_hours":`{from}\xA0–\xA0{to}\xA0h`,"duration.range_minutes":`{from}\xA0–\xA0{to}\xA0min`,"value.percent":`{value}\xA0%`,"value.per_minute":`{value}\xA0/min`,"value.range":`{from}\xA0–\xA0{to}`,"title.two_days":`{weekday1} {day1} – {weekday2} {day2} {month2}`,"title.two_months":`{weekday1} {day1} {month1} – {weekday2} {day2} {month2}`,"title.one_day":`{weekday1} {day1} {month1}`,"title.with_year":`{date} {year}`,"title.with_times":`{date}, {times}`,"title.running":`Tonight, so far`,"title.loading":`Loading the night`,"title.standby":`Standby`,"title.no_radar":`No radar yet`,"title.no_night":`No night yet`,"title.error":`Night not shown`,"header.previous":`Previous night`,"header.next":`Next night`,"header.table":`Show as table`,"chip.settled":`Settled {time}`,"chip.settled_help":`Scored again with the whole night in view`,"chip.provisional":`Provisional`,"chip.silent":`Radar silent since {time}`,"chip.silent_short":`since {time}`,"chip.first_nights":`{count} of 7`,"hero.asleep":`Asleep`,"hero.less":`{duration} less than usual`,"hero.more":`{duration} more than usual`,"hero.same":`as long as usual`,"hero.minutes_asleep":`min asleep`,"hero.covered_only":`where the signal was good`,"now.stage_for":`{stage} for {duration}`,"now.breathing":`breathing {rate}`,"metric.latency":`Fell asleep in`,"metric.awake":`Awake`,"metric.awakenings":`Awakenings`,"metric.efficiency":`Efficiency`,"metric.breathing":`Breathing`,"metric.usual":`usual {range}`,"event.asleep":`Asleep`,"event.woke":`Woke up`,"event.now":`Now`,"event.gap":`No data {duration}`,"event.away":`Out of bed {duration}`,"event.other":`Somebody else {duration}`,"totals.total":`Total`,"totals.range":`Your usual range`,"totals.caption":`Tonight against your usual range`,"totals.later":`Ranges appear after 7 nights`,"totals.dots":`{count} of 7 nights`,"totals.isolate":`{stage}: show this stage alone`,"overlay.breathing":`Breathing`,"overlay.movement":`Movement`,"overlay.heart_rate":`Heart rate`,"overlay.temperature":`Room`,"overlay.humidity":`Humidity`,"overlay.illuminance":`Room light`,"overlay.group":`Shown below the stages`,"overlay.at":`at {time}`,"overlay.no_value":`–`,"overlay.still":`Still`,"overlay.moving":`Moving {seconds} s`,"overlay.times.one":`{count} time`,"overlay.times.other":`{count} times`,"overlay.minutes_moving":`{duration} moving`,"footer.in_bed":`In bed {from} – {to}`,"footer.trying":`trying to sleep from {time}`,"footer.covered":`{percent} covered`,"footer.provisional":`Outlined bands are the live estimate. They are scored once more when you get up, and may change.`,"footer.withheld_title":`Only {percent} of the night was covered`,"footer.withheld":`Too little to name stages. Asleep and awake are shown where the signal was good.`,"footer.unknown_title":`No stage could be told`,"footer.unknown":`The radar delivered data, but never a clear enough view of breathing and movement.`,"footer.silent_title":`The radar has been silent since {time}`,"footer.silent":`It is tried again by itself. Check its power and Wi-Fi.`,"footer.reconnect":`Reconnect now`,"tooltip.sure":`{percent} sure`,"slider.label":`Time in the night`,"slider.value":`{time}, {stage}, {from} to {to}, {duration}`,"slider.value_sure":`{time}, {stage}, {from} to {to}, {duration}, {percent} sure`,"slider.percent":`{value} percent`,"table.night":`The night as a table`,"table.stages":`What happened when`,"table.totals":`Totals`,"table.time":`Time`,"table.stage":`Stage`,"table.duration":`Duration`,"table.confidence":`Confidence`,"table.share":`Share`,"table.usual":`Usual`,"table.empty":`Nothing was recorded in this night.`,"summary.night":`Night of {date}.`,"summary.running":`Tonight, so far.`,"summary.asleep":`Asleep {duration}, from {from} to {to}.`,"summary.asleep_total":`Asleep {duration}.`,"summary.not_asleep":`No sleep was recorded.`,"summary.stages":`Deep {deep}, REM {rem}, light {light}, awake {awake}.`,"summary.awake":`Awake {awake}.`,"summary.away.one":`Out of bed once, {duration}.`,"summary.away.other":`Out of bed {count} times, {duration} altogether.`,"summary.gaps.one":`No data for {duration}.`,"summary.gaps.other":`No data {count} times, {duration} altogether.`,"summary.withheld":`Stages are not named, because only {percent} of the night was covered.`,"summary.dates":`{from} to {to}`,"standby.title":`Nothing is sensed or stored`,"standby.text":`Since {time}. The radar link is closed.`,"standby.resume":`Resume`,"no_radar.title":`Add a bedside radar`,"no_radar.text":`Nights appear here after the first sleep.`,"no_radar.add":`Add radar`,"no_radar.ask":`Ask an administrator of this Home Assistant to add one.`,"lost_radar.title":`This radar is not here any more`,"lost_radar.text":`Choose another one in the settings of this card.`,"no_night.title":`Your first night appears here`,"no_night.text":`Go to bed with the radar on the bedside table; the night is ready when you have got up.`,"no_night.ranges":`Your own ranges and trends appear after seven nights.`,"error.title":`The night could not be loaded`,"error.unauthorized":`You may not see this radar. Ask an administrator for the permission to read its sleep stage.`,"error.not_found":`This night or its radar is not there any more. Go to another night, or choose another radar in the settings of this card.`,"error.unknown_command":`The Halo Rise integration has not started yet. Wait a moment and try again; if this stays, look into Settings, Devices & services.`,"error.not_loaded":`This radar is not set up now. Wait a moment and try again; if this stays, look into Settings, Devices & services.`,"error.connection":`The connection to Home Assistant is interrupted. Try again when it is back.`,"error.unknown":`Something went wrong ({code}). Try again; if this stays, look into the log of Home Assistant.`,"error.action":`That did not work ({code}). Try again, or look into the log of Home Assistant.`,"error.retry":`Try again`};function t(t){return Object.hasOwn(e,t)}var n={en:e};function r(t){return n[t]??n[t.split(`-`)[0]??``]??e}function i(e,t){return e.replace(/\{(\w+)\}/g,(e,n)=>n in t?String(t[n]):e)}function a(t){let n=r(t),a=t=>n[t]??e[t],o=new Intl.PluralRules(t),s=new Intl.NumberFormat(t);return Object.assign((e,t={})=>i(a(e)??e,t),{language:t,plural:(e,t,n={})=>i(a(`${e}.${o.select(t)}`)??a(`${e}.other`)??e,{count:s.format(t),...n})})}var o=globalThis,s=o.ShadowRoot&&(o.ShadyCSS===void 0||o.ShadyCSS.nativeShadow)&&`adoptedStyleSheets`in Document.prototype&&`replace`in CSSStyleSheet.prototype,c=Symbol(),l=/* @__PURE__ */ new WeakMap,u=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==c)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(s&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=l.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&l.set(t,e))}return e}toString(){return this.cssText}},d=e=>new u(typeof e==`string`?e:e+``,void 0,c),f=(e,...t)=>new u(e.length===1?e[0]:t.reduce((t,n,r)=>t+(e=>{if(!0===e._$cssResult$)return e.cssText;if(typeof e==`number`)return e;throw Error(`Value passed to 'css' function must be a 'css' function result: `+e+`. Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.`)})(n)+e[r+1],e[0]),e,c),p=(e,t)=>{if(s)e.adoptedStyleSheets=t.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let n of t){let t=document.createElement(`style`),r=o.litNonce;r!==void 0&&t.setAttribute(`nonce`,r),t.textContent=n.cssText,e.appendChild(t)}},m=s?e=>e:e=>e instanceof CSSStyleSheet?(e=>{let t=``;for(let n of e.cssRules)t+=n.cssText;return d(t)})(e):e,{is:h,defineProperty:ee,getOwnPropertyDescriptor:te,getOwnPropertyNames:ne,getOwnPropertySymbols:re,getPrototypeOf:ie}=Object,g=globalThis,ae=g.trustedTypes,oe=ae?ae.emptyScript:``,se=g.reactiveElementPolyfillSupport,_=(e,t)=>e,ce={toAttribute(e,t){switch(t){case Boolean:e=e?oe:null;break;case Object:case Array:e=e==null?e:JSON.stringify(e)}return e},fromAttribute(e,t){let n=e;switch(t){case Boolean:n=e!==null;break;case Number:n=e===null?null:Number(e);break;case Object:case Array:try{n=JSON.parse(e)}catch{n=null}}return n}},le=(e,t)=>!h(e,t),ue={attribute:!0,type:String,converter:ce,reflect:!1,useDefault:!1,hasChanged:le};Symbol.metadata??=Symbol(`metadata`),g.litPropertyMetadata??=/* @__PURE__ */ new WeakMap;var v=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=ue){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),r=this.getPropertyDescriptor(e,n,t);r!==void 0&&ee(this.prototype,e,r)}}static getPropertyDescriptor(e,t,n){let{get:r,set:i}=te(this.prototype,e)??{get(){return this[t]},set(e){this[t]=e}};return{get:r,set(t){let a=r?.call(this);i?.call(this,t),this.requestUpdate(e,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??ue}static _$Ei(){if(this.hasOwnProperty(_(`elementProperties`)))return;let e=ie(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(_(`finalized`)))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(_(`properties`))){let e=this.properties,t=[...ne(e),...re(e)];for(let n of t)this.createProperty(n,e[n])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[e,n]of t)this.elementProperties.set(e,n)}this._$Eh=/* @__PURE__ */ new Map;for(let[e,t]of this.elementProperties){let n=this._$Eu(e,t);n!==void 0&&this._$Eh.set(n,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let e of n)t.unshift(m(e))}else e!==void 0&&t.push(m(e));return t}static _$Eu(e,t){let n=t.attribute;return!1===n?void 0:typeof n==`string`?n:typeof e==`string`?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=/* @__PURE__ */ new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=/* @__PURE__ */ new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=/* @__PURE__ */ new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return p(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),r=this.constructor._$Eu(e,n);if(r!==void 0&&!0===n.reflect){let i=(n.converter?.toAttribute===void 0?ce:n.converter).toAttribute(t,n.type);this._$Em=e,i==null?this.removeAttribute(r):this.setAttribute(r,i),this._$Em=null}}_$AK(e,t){let n=this.constructor,r=n._$Eh.get(e);if(r!==void 0&&this._$Em!==r){let e=n.getPropertyOptions(r),i=typeof e.converter==`function`?{fromAttribute:e.converter}:e.converter?.fromAttribute===void 0?ce:e.converter;this._$Em=r;let a=i.fromAttribute(t,e.type);this[r]=a??this._$Ej?.get(r)??a,this._$Em=null}}requestUpdate(e,t,n,r=!1,i){if(e!==void 0){let a=this.constructor;if(!1===r&&(i=this[e]),n??=a.getPropertyOptions(e),!((n.hasChanged??le)(i,t)||n.useDefault&&n.reflect&&i===this._$Ej?.get(e)&&!this.hasAttribute(a._$Eu(e,n))))return;this.C(e,t,n)}!1===this.isUpdatePending&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:r,wrapped:i},a){n&&!(this._$Ej??=/* @__PURE__ */ new Map).has(e)&&(this._$Ej.set(e,a??t??this[e]),!0!==i||a!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),!0===r&&this._$Em!==e&&(this._$Eq??=/* @__PURE__ */ new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[e,t]of this._$Ep)this[e]=t;this._$Ep=void 0}let e=this.constructor.elementProperties;if(e.size>0)for(let[t,n]of e){let{wrapped:e}=n,r=this[t];!0!==e||this._$AL.has(t)||r===void 0||this.C(t,void 0,n,r)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(e=>e.hostUpdate?.()),this.update(t)):this._$EM()}catch(t){throw e=!1,this._$EM(),t}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=/* @__PURE__ */ new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(e){}firstUpdated(e){}};v.elementStyles=[],v.shadowRootOptions={mode:`open`},v[_(`elementProperties`)]=/* @__PURE__ */ new Map,v[_(`finalized`)]=/* @__PURE__ */ new Map,se?.({ReactiveElement:v}),(g.reactiveElementVersions??=[]).push(`2.1.2`);var de=globalThis,fe=e=>e,y=de.trustedTypes,pe=y?y.createPolicy(`lit-html`,{createHTML:e=>e}):void 0,me=`$lit$`,b=`lit$${Math.random().toFixed(9).slice(2)}$`,he=`?`+b,ge=`<${he}>`,x=document,S=()=>x.createComment(``),C=e=>e===null||typeof e!=`object`&&typeof e!=`function`,w=Array.isArray,_e=e=>w(e)||typeof e?.[Symbol.iterator]==`function`,ve=`[ 	
\f\r]`,T=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,ye=/-->/g,be=/>/g,E=RegExp(`>|${ve}(?:([^\\s"'>=/]+)(${ve}*=${ve}*(?:[^ \t\n\f\r"'\`<>=]|("|')|))|$)`,`g`),xe=/'/g,Se=/"/g,Ce=/^(?:script|style|textarea|title)$/i,we=e=>(t,...n)=>({_$litType$:e,strings:t,values:n}),D=we(1),O=we(2),k=Symbol.for(`lit-noChange`),A=Symbol.for(`lit-nothing`),Te=/* @__PURE__ */ new WeakMap,j=x.createTreeWalker(x,129);function Ee(e,t){if(!w(e)||!e.hasOwnProperty(`raw`))throw Error(`invalid template strings array`);return pe===void 0?t:pe.createHTML(t)}var De=(e,t)=>{let n=e.length-1,r=[],i,a=t===2?`<svg>`:t===3?`<math>`:``,o=T;for(let t=0;t<n;t++){let n=e[t],s,c,l=-1,u=0;for(;u<n.length&&(o.lastIndex=u,c=o.exec(n),c!==null);)u=o.lastIndex,o===T?c[1]===`!--`?o=ye:c[1]===void 0?c[2]===void 0?c[3]!==void 0&&(o=E):(Ce.test(c[2])&&(i=RegExp(`</`+c[2],`g`)),o=E):o=be:o===E?c[0]===`>`?(o=i??T,l=-1):c[1]===void 0?l=-2:(l=o.lastIndex-c[2].length,s=c[1],o=c[3]===void 0?E:c[3]===`"`?Se:xe):o===Se||o===xe?o=E:o===ye||o===be?o=T:(o=E,i=void 0);let d=o===E&&e[t+1].startsWith(`/>`)?` `:``;a+=o===T?n+ge:l>=0?(r.push(s),n.slice(0,l)+me+n.slice(l)+b+d):n+b+(l===-2?t:d)}return[Ee(e,a+(e[n]||`<?>`)+(t===2?`</svg>`:t===3?`</math>`:``)),r]},M=class e{constructor({strings:t,_$litType$:n},r){let i;this.parts=[];let a=0,o=0,s=t.length-1,c=this.parts,[l,u]=De(t,n);if(this.el=e.createElement(l,r),j.currentNode=this.el.content,n===2||n===3){let e=this.el.content.firstChild;e.replaceWith(...e.childNodes)}for(;(i=j.nextNode())!==null&&c.length<s;){if(i.nodeType===1){if(i.hasAttributes())for(let e of i.getAttributeNames())if(e.endsWith(me)){let t=u[o++],n=i.getAttribute(e).split(b),r=/([.?@])?(.*)/.exec(t);c.push({type:1,index:a,name:r[2],strings:n,ctor:r[1]===`.`?Ae:r[1]===`?`?je:r[1]===`@`?Me:P}),i.removeAttribute(e)}else e.startsWith(b)&&(c.push({type:6,index:a}),i.removeAttribute(e));if(Ce.test(i.tagName)){let e=i.textContent.split(b),t=e.length-1;if(t>0){i.textContent=y?y.emptyScript:``;for(let n=0;n<t;n++)i.append(e[n],S()),j.nextNode(),c.push({type:2,index:++a});i.append(e[t],S())}}}else if(i.nodeType===8){if(i.data===he)c.push({type:2,index:a});else{let e=-1;for(;(e=i.data.indexOf(b,e+1))!==-1;)c.push({type:7,index:a}),e+=b.length-1}}a++}}static createElement(e,t){let n=x.createElement(`template`);return n.innerHTML=e,n}};function N(e,t,n=e,r){if(t===k)return t;let i=r===void 0?n._$Cl:n._$Co?.[r],a=C(t)?void 0:t._$litDirective$;return i?.constructor!==a&&(i?._$AO?.(!1),a===void 0?i=void 0:(i=new a(e),i._$AT(e,n,r)),r===void 0?n._$Cl=i:(n._$Co??=[])[r]=i),i!==void 0&&(t=N(e,i._$AS(e,t.values),i,r)),t}var Oe=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,r=(e?.creationScope??x).importNode(t,!0);j.currentNode=r;let i=j.nextNode(),a=0,o=0,s=n[0];for(;s!==void 0;){if(a===s.index){let t;s.type===2?t=new ke(i,i.nextSibling,this,e):s.type===1?t=new s.ctor(i,s.name,s.strings,this,e):s.type===6&&(t=new Ne(i,this,e)),this._$AV.push(t),s=n[++o]}a!==s?.index&&(i=j.nextNode(),a++)}return j.currentNode=x,r}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings===void 0?n._$AI(e[t]):(n._$AI(e,n,t),t+=n.strings.length-2)),t++}},ke=class e{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,r){this.type=2,this._$AH=A,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=r,this._$Cv=r?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=N(this,e,t),C(e)?e===A||e==null||e===``?(this._$AH!==A&&this._$AR(),this._$AH=A):e!==this._$AH&&e!==k&&this._(e):e._$litType$===void 0?e.nodeType===void 0?_e(e)?this.k(e):this._(e):this.T(e):this.$(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==A&&C(this._$AH)?this._$AA.nextSibling.data=e:this.T(x.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,r=typeof n==`number`?this._$AC(e):(n.el===void 0&&(n.el=M.createElement(Ee(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===r)this._$AH.p(t);else{let e=new Oe(r,this),n=e.u(this.options);e.p(t),this.T(n),this._$AH=e}}_$AC(e){let t=Te.get(e.strings);return t===void 0&&Te.set(e.strings,t=new M(e)),t}k(t){w(this._$AH)||(this._$AH=[],this._$AR());let n=this._$AH,r,i=0;for(let a of t)i===n.length?n.push(r=new e(this.O(S()),this.O(S()),this,this.options)):r=n[i],r._$AI(a),i++;i<n.length&&(this._$AR(r&&r._$AB.nextSibling,i),n.length=i)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let t=fe(e).nextSibling;fe(e).remove(),e=t}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},P=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,r,i){this.type=1,this._$AH=A,this._$AN=void 0,this.element=e,this.name=t,this._$AM=r,this.options=i,n.length>2||n[0]!==``||n[1]!==``?(this._$AH=Array(n.length-1).fill(/* @__PURE__ */ new String),this.strings=n):this._$AH=A}_$AI(e,t=this,n,r){let i=this.strings,a=!1;if(i===void 0)e=N(this,e,t,0),a=!C(e)||e!==this._$AH&&e!==k,a&&(this._$AH=e);else{let r=e,o,s;for(e=i[0],o=0;o<i.length-1;o++)s=N(this,r[n+o],t,o),s===k&&(s=this._$AH[o]),a||=!C(s)||s!==this._$AH[o],s===A?e=A:e!==A&&(e+=(s??``)+i[o+1]),this._$AH[o]=s}a&&!r&&this.j(e)}j(e){e===A?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??``)}},Ae=class extends P{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===A?void 0:e}},je=class extends P{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==A)}},Me=class extends P{constructor(e,t,n,r,i){super(e,t,n,r,i),this.type=5}_$AI(e,t=this){if((e=N(this,e,t,0)??A)===k)return;let n=this._$AH,r=e===A&&n!==A||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,i=e!==A&&(n===A||r);r&&this.element.removeEventListener(this.name,this,n),i&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH==`function`?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},Ne=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){N(this,e)}},Pe=de.litHtmlPolyfillSupport;Pe?.(M,ke),(de.litHtmlVersions??=[]).push(`3.3.3`);var Fe=(e,t,n)=>{let r=n?.renderBefore??t,i=r._$litPart$;if(i===void 0){let e=n?.renderBefore??null;r._$litPart$=i=new ke(t.insertBefore(S(),e),e,void 0,n??{})}return i._$AI(e),i},Ie=globalThis,F=class extends v{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=Fe(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return k}};F._$litElement$=!0,F.finalized=!0,Ie.litElementHydrateSupport?.({LitElement:F});var Le=Ie.litElementPolyfillSupport;Le?.({LitElement:F}),(Ie.litElementVersions??=[]).push(`4.2.2`);var Re={ATTRIBUTE:1,CHILD:2,PROPERTY:3,BOOLEAN_ATTRIBUTE:4,EVENT:5,ELEMENT:6},ze=e=>(...t)=>({_$litDirective$:e,values:t}),I=class{constructor(e){}get _$AU(){return this._$AM._$AU}_$AT(e,t,n){this._$Ct=e,this._$AM=t,this._$Ci=n}_$AS(e,t){return this.update(e,t)}update(e,t){return this.render(...t)}},L=ze(class extends I{constructor(e){if(super(e),e.type!==Re.ATTRIBUTE||e.name!==`class`||e.strings?.length>2)throw Error("`classMap()` can only be used in the `class` attribute and must be the only part in the attribute.")}render(e){return` `+Object.keys(e).filter(t=>e[t]).join(` `)+` `}update(e,[t]){if(this.st===void 0){this.st=/* @__PURE__ */ new Set,e.strings!==void 0&&(this.nt=new Set(e.strings.join(` `).split(/\s/).filter(e=>e!==``)));for(let e in t)t[e]&&!this.nt?.has(e)&&this.st.add(e);return this.render(t)}let n=e.element.classList;for(let e of this.st)e in t||(n.remove(e),this.st.delete(e));for(let e in t){let r=!!t[e];r===this.st.has(e)||this.nt?.has(e)||(r?(n.add(e),this.st.add(e)):(n.remove(e),this.st.delete(e)))}return k}}),Be=`halo_rise`;function R(e,t){if(t)return t;for(let t of Object.values(e.entities))if(t?.platform===Be&&t.device_id)return t.device_id;return null}function z(e,t,n){for(let r of Object.values(e.entities))if(r?.platform===Be&&r.device_id===t&&r.translation_key===n)return e.states[r.entity_id]}function Ve(e,t){let n=e.entities[t];return n?.platform===Be&&n.translation_key===`sleep_stage`}function He(e,t){let n=z(e,t,`standby`),r=z(e,t,`sleep_stage`),i=z(e,t,`in_bed`),a=n?.state===`on`,o=z(e,t,`room_temperature`)!==void 0;return{standby:a?new Date(n.last_changed):null,standbyEntity:n?.entity_id??null,silent:!a&&r?.state===`unavailable`?new Date(r.last_changed):null,stageEntity:r?.entity_id??null,inBed:i?.state===`on`,bedEntity:i?.entity_id??null,overlays:[`breathing`,`movement`,...o?[`temperature`]:[]]}}function Ue(e){if(typeof e==`object`&&e&&`code`in e){let t=`message`in e?String(e.message):``;return{code:String(e.code),message:t}}return{code:typeof e==`number`?`connection`:`unknown`,message:``}}function We(e,t){return e.callWS({type:`halo_rise/nights/get`,device_id:t})}function Ge(e,t,n){return e.callWS({type:`halo_rise/nights/get`,device_id:t,night_id:n})}function Ke(e,t){return e.callWS({type:`halo_rise/nights/get`,device_id:t,running:!0})}function qe(e,t,n){return e.connection.subscribeMessage(n,{type:`halo_rise/nights/subscribe`,device_id:t})}var Je=3e4,Ye=class{host;night=void 0;error=null;loading=!1;view=`newest`;hass=null;deviceId=null;latestId=null;settled=/* @__PURE__ */ new Map;connected=!1;request=0;unsubscribe=null;refreshedAt=-1/0;timer;stale=!1;constructor(e){this.host=e,e.addController(this)}hostConnected(){this.connected=!0,document.addEventListener(`visibilitychange`,this.onVisibility),this.start()}hostDisconnected(){this.connected=!1,document.removeEventListener(`visibilitychange`,this.onVisibility),this.stop()}setSource(e,t){let n=t!==this.deviceId||e.connection!==this.hass?.connection;this.hass=e,n&&(this.stop(),this.deviceId=t,this.view=`newest`,this.night=void 0,this.error=null,this.latestId=null,this.settled.clear(),this.start())}get showsNewest(){return this.view===`newest`}previousId(e){return this.view===`newest`&&e?this.latestId:this.night?this.night.settled?this.night.previous:this.night.previous??this.latestId:null}nextView(e,t){return this.view===`newest`?null:this.night?.next??(e||t?`newest`:null)}show(e){this.view=e,this.load()}retry(){this.stop(),this.start()}start(){let{hass:e,deviceId:t}=this;if(!this.connected||!e||t===null)return;let n=!0;e.connection.addEventListener(`ready`,this.onReconnected),this.unsubscribe=()=>{n=!1,e.connection.removeEventListener(`ready`,this.onReconnected)},qe(e,t,this.onEvent).then(t=>{n?this.unsubscribe=()=>{e.connection.removeEventListener(`ready`,this.onReconnected),t()}:t()},()=>void 0),this.load()}stop(){this.request+=1,clearTimeout(this.timer),this.timer=void 0,this.unsubscribe?.(),this.unsubscribe=null}async load(){let{hass:e,deviceId:t,view:n}=this;if(!e||t===null)return;this.request+=1;let{request:r}=this;this.stale=!1,this.loading=!0,this.host.requestUpdate();try{let i=await this.fetch(e,t,n);if(r!==this.request)return;this.night=i,this.error=null}catch(e){if(r!==this.request)return;this.error=Ue(e)}this.loading=!1,this.host.requestUpdate()}async fetch(e,t,n){if(n!==`newest`){let r=this.settled.get(n)??await Ge(e,t,n);return r?.id!=null&&r.settled&&this.settled.set(r.id,r),r}this.refreshedAt=Date.now();let[r,i]=await Promise.all([Ke(e,t),We(e,t)]);return this.latestId=i?.id??null,r??i}onEvent=e=>{e.type===`epoch`?this.onEpoch():(e.type===`deleted`&&this.view===e.night_id&&(this.view=`newest`),this.settled.clear(),this.load())};onEpoch(){if(this.view!==`newest`)return;if(document.hidden){this.stale=!0;return}let e=this.refreshedAt+Je-Date.now();e<=0?this.load():this.timer??=setTimeout(()=>{this.timer=void 0,this.load()},e)}onVisibility=()=>{!document.hidden&&this.stale&&this.load()};onReconnected=()=>{this.settled.clear(),this.load()}},Xe={comma_decimal:`en-US`,decimal_comma:`de`,space_comma:`fr`,quote_decimal:`de-CH`},Ze={breathing:1,heart_rate:0,temperature:1,humidity:0,illuminance:1},Qe=6e4;function $e(e,t){if(e===`12`||e===`24`)return e===`12`;let n=e===`system`?void 0:t;return new Intl.DateTimeFormat(n,{hour:`numeric`}).resolvedOptions().hour12??!1}function et(e){let{locale:t}=e,n=Intl.DateTimeFormat().resolvedOptions().timeZone,r=t.number_format??`language`;return{language:t.language,timeZone:t.time_zone===`server`?e.config.time_zone:n,hour12:$e(t.time_format,t.language),numberLanguage:r===`system`?void 0:Xe[r]??t.language,fahrenheit:e.config.unit_system?.temperature===`°F`,...t.date_format===void 0?{}:{dateFormat:t.date_format}}}var tt=class{text;options;clockFormat;hourFormat;partsFormat;spokenHours;spokenMinutes;numberFormats=/* @__PURE__ */ new Map;constructor(e){this.options=e,this.text=a(e.language);let{language:t,timeZone:n,hour12:r}=e,i=r?{hour12:!0}:{hourCycle:`h23`};this.clockFormat=new Intl.DateTimeFormat(t,{hour:r?`numeric`:`2-digit`,minute:`2-digit`,timeZone:n,...i}),this.hourFormat=new Intl.DateTimeFormat(t,{hour:`numeric`,timeZone:n,...i});let o={style:`unit`,unitDisplay:`long`};this.spokenHours=new Intl.NumberFormat(t,{...o,unit:`hour`}),this.spokenMinutes=new Intl.NumberFormat(t,{...o,unit:`minute`}),this.partsFormat=new Intl.DateTimeFormat(`en-GB`,{year:`numeric`,month:`numeric`,day:`numeric`,hour:`numeric`,minute:`numeric`,hourCycle:`h23`,timeZone:n})}clockParts(e){let t={};for(let{type:n,value:r}of this.partsFormat.formatToParts(e))t[n]=Number(r);let{year:n=0,month:r=1,day:i=1,hour:a=0,minute:o=0}=t;return{hour:a,minute:o,day:Date.UTC(n,r-1,i)/(1440*Qe),year:n}}time(e){return this.clockFormat.format(e)}hour(e){return(this.options.hour12?this.hourFormat:this.clockFormat).format(e)}moment(e,t=Date.now()){if(this.clockParts(e).day===this.clockParts(t).day)return this.time(e);let{language:n,timeZone:r}=this.options;return`${new Intl.DateTimeFormat(n,{day:`numeric`,month:`short`,timeZone:r}).format(e)}, ${this.time(e)}`}times(e,t){let[n,r]=[this.time(e),this.time(t)];return n===r?n:this.text(`value.range`,{from:n,to:r})}number(e,t=0){let n=this.numberFormats.get(t);return n||(n=new Intl.NumberFormat(this.options.numberLanguage,{minimumFractionDigits:t,maximumFractionDigits:t}),this.numberFormats.set(t,n)),n.format(e)}range(e,t,n=0){return this.text(`value.range`,{from:this.number(e,n),to:this.number(t,n)})}percent(e){return this.text(`value.percent`,{value:this.number(e*100)})}overlayValue(e,t){let n=e===`temperature`&&this.options.fahrenheit?`unit.temperature_f`:`unit.${e}`;return this.text(n,{value:this.number(this.inViewersUnit(e,t),Ze[e])})}overlayRange(e,[t,n]){return e===`movement`?``:this.range(this.inViewersUnit(e,t),this.inViewersUnit(e,n),Ze[e])}inViewersUnit(e,t){return e===`temperature`&&this.options.fahrenheit?t*1.8+32:t}perMinute(e){return this.text(`value.per_minute`,{value:this.number(e,1)})}duration(e){if(e>0&&e<1)return this.text(`duration.seconds`,{seconds:this.number(e*60)});let{hours:t,rest:n}=B(e);return t===0?this.text(`duration.minutes`,{minutes:this.number(n)}):n===0?this.text(`duration.hours`,{hours:this.number(t)}):this.text(`duration.hours_minutes`,{hours:this.number(t),minutes:nt(n)})}durations(e,t){if(Math.round(t)<60)return this.text(`duration.range_minutes`,{from:this.number(e),to:this.number(t)});let n=e=>{let{hours:t,rest:n}=B(e);return`${this.number(t)}:${nt(n)}`};return this.text(`duration.range_hours`,{from:n(e),to:n(t)})}spokenDuration(e){let{hours:t,rest:n}=B(e);return[...t>0?[this.spokenHours.format(t)]:[],...n>0||t===0?[this.spokenMinutes.format(n)]:[]].join(` `)}title(e,t,{short:n=!1,now:r=Date.now()}={}){let{language:i,timeZone:a,dateFormat:o}=this.options,s=n?`short`:`long`,c=this.clockParts(e),l=c.day===this.clockParts(t).day,u;if(o===`MDY`||o===`YMD`)u=new Intl.DateTimeFormat(i,{weekday:s,day:`numeric`,month:s,timeZone:a}).formatRange(e,t);else{let n={...this.dateValues(e,s,`1`),...this.dateValues(t,s,`2`)};u=this.text(l?`title.one_day`:n.month1===n.month2?`title.two_days`:`title.two_months`,n)}return c.year!==this.clockParts(r).year&&(u=this.text(`title.with_year`,{date:u,year:String(c.year)})),l&&t-e<240*Qe?this.text(`title.with_times`,{date:u,times:this.times(e,t)}):u}spokenDates(e,t){let{language:n,timeZone:r}=this.options,i=new Intl.DateTimeFormat(n,{day:`numeric`,month:`long`,timeZone:r}),[a,o]=[i.format(e),i.format(t)];return a===o?a:this.text(`summary.dates`,{from:a,to:o})}dateValues(e,t,n){let{language:r,timeZone:i}=this.options,a=t=>new Intl.DateTimeFormat(r,{...t,timeZone:i}).format(e);return{[`weekday${n}`]:a({weekday:t}),[`day${n}`]:String((/* @__PURE__ */ new Date(this.clockParts(e).day*1440*Qe)).getUTCDate()),[`month${n}`]:a({month:t})}}};function B(e){let t=Math.max(0,Math.round(e));return{hours:Math.floor(t/60),rest:t%60}}function nt(e){return String(e).padStart(2,`0`)}var rt={add:`M19,13H13V19H11V13H5V11H11V5H13V11H19V13Z`,alert:`M11,15H13V17H11V15M11,7H13V13H11V7M12,2C6.47,2 2,6.5 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2M12,20A8,8 0 0,1 4,12A8,8 0 0,1 12,4A8,8 0 0,1 20,12A8,8 0 0,1 12,20Z`,away:`M14.12,10H19V8.2H15.38L13.38,4.87C13.08,4.37 12.54,4.03 11.92,4.03C11.74,4.03 11.58,4.06 11.42,4.11L6,5.8V11H7.8V7.33L9.91,6.67L6,22H7.8L10.67,13.89L13,17V22H14.8V15.59L12.31,11.05L13.04,8.18M14,3.8C15,3.8 15.8,3 15.8,2C15.8,1 15,0.2 14,0.2C13,0.2 12.2,1 12.2,2C12.2,3 13,3.8 14,3.8Z`,check:`M21,7L9,19L3.5,13.5L4.91,12.09L9,16.17L19.59,5.59L21,7Z`,help:`M11,18H13V16H11V18M12,2A10,10 0 0,0 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2M12,20C7.59,20 4,16.41 4,12C4,7.59 7.59,4 12,4C16.41,4 20,7.59 20,12C20,16.41 16.41,20 12,20M12,6A4,4 0 0,0 8,10H10A2,2 0 0,1 12,8A2,2 0 0,1 14,10C14,12 11,11.75 11,15H13C13,12.75 16,12.5 16,10A4,4 0 0,0 12,6Z`,night:`M17.75,4.09L15.22,6.03L16.13,9.09L13.5,7.28L10.87,9.09L11.78,6.03L9.25,4.09L12.44,4L13.5,1L14.56,4L17.75,4.09M21.25,11L19.61,12.25L20.2,14.23L18.5,13.06L16.8,14.23L17.39,12.25L15.75,11L17.81,10.95L18.5,9L19.19,10.95L21.25,11M18.97,15.95C19.8,15.87 20.69,17.05 20.16,17.8C19.84,18.25 19.5,18.67 19.08,19.07C15.17,23 8.84,23 4.94,19.07C1.03,15.17 1.03,8.83 4.94,4.93C5.34,4.53 5.76,4.17 6.21,3.85C6.96,3.32 8.14,4.21 8.06,5.04C7.79,7.9 8.75,10.87 10.95,13.06C13.14,15.26 16.1,16.22 18.97,15.95M17.33,17.97C14.5,17.81 11.7,16.64 9.53,14.5C7.36,12.31 6.2,9.5 6.04,6.68C3.23,9.82 3.34,14.64 6.35,17.66C9.37,20.67 14.19,20.78 17.33,17.97Z`,next:`M8.59,16.58L13.17,12L8.59,7.41L10,6L16,12L10,18L8.59,16.58Z`,other:`M13.07 10.41A5 5 0 0 0 13.07 4.59A3.39 3.39 0 0 1 15 4A3.5 3.5 0 0 1 15 11A3.39 3.39 0 0 1 13.07 10.41M5.5 7.5A3.5 3.5 0 1 1 9 11A3.5 3.5 0 0 1 5.5 7.5M7.5 7.5A1.5 1.5 0 1 0 9 6A1.5 1.5 0 0 0 7.5 7.5M16 17V19H2V17S2 13 9 13 16 17 16 17M14 17C13.86 16.22 12.67 15 9 15S4.07 16.31 4 17M15.95 13A5.32 5.32 0 0 1 18 17V19H22V17S22 13.37 15.94 13Z`,power:`M16.56,5.44L15.11,6.89C16.84,7.94 18,9.83 18,12A6,6 0 0,1 12,18A6,6 0 0,1 6,12C6,9.83 7.16,7.94 8.88,6.88L7.44,5.44C5.36,6.88 4,9.28 4,12A8,8 0 0,0 12,20A8,8 0 0,0 20,12C20,9.28 18.64,6.88 16.56,5.44M13,3H11V13H13`,previous:`M15.41,16.58L10.83,12L15.41,7.41L14,6L8,12L14,18L15.41,16.58Z`,radar:`M4.93,4.93C3.12,6.74 2,9.24 2,12C2,14.76 3.12,17.26 4.93,19.07L6.34,17.66C4.89,16.22 4,14.22 4,12C4,9.79 4.89,7.78 6.34,6.34L4.93,4.93M19.07,4.93L17.66,6.34C19.11,7.78 20,9.79 20,12C20,14.22 19.11,16.22 17.66,17.66L19.07,19.07C20.88,17.26 22,14.76 22,12C22,9.24 20.88,6.74 19.07,4.93M7.76,7.76C6.67,8.85 6,10.35 6,12C6,13.65 6.67,15.15 7.76,16.24L9.17,14.83C8.45,14.11 8,13.11 8,12C8,10.89 8.45,9.89 9.17,9.17L7.76,7.76M16.24,7.76L14.83,9.17C15.55,9.89 16,10.89 16,12C16,13.11 15.55,14.11 14.83,14.83L16.24,16.24C17.33,15.15 18,13.65 18,12C18,10.35 17.33,8.85 16.24,7.76M12,10A2,2 0 0,0 10,12A2,2 0 0,0 12,14A2,2 0 0,0 14,12A2,2 0 0,0 12,10Z`,reconnect:`M13.5,8H12V13L16.28,15.54L17,14.33L13.5,12.25V8M13,3A9,9 0 0,0 4,12H1L4.96,16.03L9,12H6A7,7 0 0,1 13,5A7,7 0 0,1 20,12A7,7 0 0,1 13,19C11.07,19 9.32,18.21 8.06,16.94L6.64,18.36C8.27,20 10.5,21 13,21A9,9 0 0,0 22,12A9,9 0 0,0 13,3`,retry:`M17.65,6.35C16.2,4.9 14.21,4 12,4A8,8 0 0,0 4,12A8,8 0 0,0 12,20C15.73,20 18.84,17.45 19.73,14H17.65C16.83,16.33 14.61,18 12,18A6,6 0 0,1 6,12A6,6 0 0,1 12,6C13.66,6 15.14,6.69 16.22,7.78L13,11H20V4L17.65,6.35Z`,settled:`M12 2C6.5 2 2 6.5 2 12S6.5 22 12 22 22 17.5 22 12 17.5 2 12 2M12 20C7.59 20 4 16.41 4 12S7.59 4 12 4 20 7.59 20 12 16.41 20 12 20M16.59 7.58L10 14.17L7.41 11.59L6 13L10 17L18 9L16.59 7.58Z`,silent:`M20.84 22.73L12.1 14C12.06 14 12.03 14 12 14C10.9 14 10 13.11 10 12C10 11.97 10 11.94 10 11.9L8.4 10.29C8.15 10.81 8 11.38 8 12C8 13.11 8.45 14.11 9.17 14.83L7.76 16.24C6.67 15.15 6 13.65 6 12C6 10.83 6.34 9.74 6.93 8.82L5.5 7.37C4.55 8.67 4 10.27 4 12C4 14.22 4.89 16.22 6.34 17.66L4.93 19.07C3.12 17.26 2 14.76 2 12C2 9.72 2.77 7.63 4.06 5.95L1.11 3L2.39 1.73L22.11 21.46L20.84 22.73M15.93 12.73L17.53 14.33C17.83 13.61 18 12.83 18 12C18 10.35 17.33 8.85 16.24 7.76L14.83 9.17C15.55 9.89 16 10.89 16 12C16 12.25 15.97 12.5 15.93 12.73M19.03 15.83L20.5 17.28C21.44 15.75 22 13.94 22 12C22 9.24 20.88 6.74 19.07 4.93L17.66 6.34C19.11 7.78 20 9.79 20 12C20 13.39 19.65 14.7 19.03 15.83Z`,standby:`M13,3H11V13H13V3M17.83,5.17L16.41,6.59C18.05,7.91 19,9.9 19,12A7,7 0 0,1 12,19C8.14,19 5,15.88 5,12C5,9.91 5.95,7.91 7.58,6.58L6.17,5.17C2.38,8.39 1.92,14.07 5.14,17.86C8.36,21.64 14.04,22.1 17.83,18.88C19.85,17.17 21,14.65 21,12C21,9.37 19.84,6.87 17.83,5.17Z`,table:`M4,3H20A2,2 0 0,1 22,5V20A2,2 0 0,1 20,22H4A2,2 0 0,1 2,20V5A2,2 0 0,1 4,3M4,7V10H8V7H4M10,7V10H14V7H10M20,10V7H16V10H20M4,12V15H8V12H4M4,20H8V17H4V20M10,12V15H14V12H10M10,20H14V17H10V20M20,20V17H16V20H20M20,12H16V15H20V12Z`};function V(e,t=24){return D`<svg
class="icon"
width=${t}
height=${t}
viewBox="0 0 24 24"
aria-hidden="true"
>
<path d=${rt[e]}></path>
</svg>`}function it(e,t,n,r){return O`<path class="icon" transform="translate(${t} ${n}) scale(${r/24})" d=${rt[e]}></path>`}var at=f`
 * {
box-sizing: border-box;
}
[hidden] {
display: none !important;
}
.icon {
fill: currentColor;
flex: none;
display: block;
}
.secondary {
color: var(--secondary-text-color);
}
.strong {
font-weight: 500;
}
button {
font: inherit;
color: inherit;
border: 0;
margin: 0;
padding: 0;
background: none;
cursor: pointer;
-webkit-tap-highlight-color: transparent;
}
:focus {
outline: none;
}
:focus-visible {
outline: 2px solid var(--primary-color);
outline-offset: 2px;
}
@media (prefers-reduced-motion: no-preference) {
button,
.chip {
transition:
background-color 120ms cubic-bezier(0.2, 0, 0, 1),
color 120ms cubic-bezier(0.2, 0, 0, 1);
}
}
`,ot={awake:[`#d96d0f`,`#fdd38c`],rem:[`#ab52f2`,`#cfbbec`],light:[`#2a6d99`,`#4e97dd`],deep:[`#2e2796`,`#635bdb`],lane:[`rgba(0,0,0,.025)`,`rgba(255,255,255,.025)`],fill:[`rgba(0,0,0,.05)`,`rgba(255,255,255,.06)`],track:[`rgba(0,0,0,.08)`,`rgba(255,255,255,.09)`],range:[`rgba(0,0,0,.22)`,`rgba(255,255,255,.26)`],hatch:[`rgba(0,0,0,.42)`,`rgba(255,255,255,.40)`],sun:[`#c2410c`,`#ff9a5c`],dawn:[`#ff8a2b`,`#ff8a2b`],"accent-text":[`#00718f`,`#4cc3e6`],"accent-fill":[`rgba(0,154,199,.12)`,`rgba(0,154,199,.18)`],tip:[`#ffffff`,`#2b2b2b`],shadow:[`0 6px 24px rgba(0,0,0,.16),0 1px 3px rgba(0,0,0,.12)`,`0 6px 24px rgba(0,0,0,.6),0 0 0 1px rgba(255,255,255,.08)`],scrub:[`#141414`,`#ffffff`]};function st(e){return Object.entries(ot).map(([t,n])=>`--_${t}:var(--halo-${t},${n[e===`light`?0:1]})`).join(`;`)}var ct=f`
:host {
--_card: var(--ha-card-background, var(--card-background-color, #ffffff));
${d(st(`light`))};
}
:host([mode="dark"]) {
${d(st(`dark`))};
}
`,H=6e4,lt=[1,2,3,4,6,12];function ut(e,t){let n=10*H;return{start:Math.floor((e-5*H)/n)*n,end:Math.ceil((Math.max(t,e+30*H)+5*H)/n)*n}}function dt(e,t,n){let r=e+(n??510)*H;return ut(e,Math.max(r,t+30*H))}function ft(e,t,n){let r=t*60*H/(e.end-e.start);return lt.find(e=>e*r>=n)??24}function pt(e,t,n){let r=15*H,i=[];for(let a=Math.ceil(e.start/r)*r;a<=e.end;a+=r){let{hour:e,minute:r}=n(a);r===0&&e%t===0&&i.push(a)}return i}var mt=[`awake`,`rem`,`light`,`deep`],ht=6e4,gt=[`awake`,`light`,`deep`,`rem`];function U(e){return e!==`gap`&&e!==`away`&&e!==`other`}function W(e){return(e.end-e.start)/ht}function G(e){let{coverage:t}=e.summary;return t!==null&&t<.6}function _t(e){return e.epochs.settled_stage??e.epochs.stage}function K(e){return Date.parse(e.first_epoch??e.start)}function vt(e){return xt(St(xt(yt(e)))).map(({kind:e,start:t,end:n,resting:r,sum:i,count:a})=>({kind:e,start:t,end:n,resting:r,confidence:a>0?i/a:null}))}function yt(e){let{epochs:t}=e,n=_t(e),r=K(e),i=e.epoch_seconds*1e3,a=G(e),o=n.findIndex(e=>e!==null&&e!==0);return n.map((n,s)=>{let c=bt(e,n,s,a),l=t.intent[s]??null,u=U(c)?t.confidence[s]??null:null;return{kind:c,start:r+s*i,end:r+(s+1)*i,resting:c===`awake`&&l!==null&&l<.5&&(o<0||s<o),sum:u??0,count:u===null?0:1}})}function bt(e,t,n,r){let i=t===null?void 0:gt[t];if(i)return r&&i!==`awake`?`asleep`:i;if((e.epochs.coverage[n]??0)<.5)return`gap`;switch(e.epochs.owner[n]){case 1:return`other`;case 2:return`away`;default:return`gap`}}function xt(e){let t=[];for(let n of e){let e=t.at(-1);e?.kind===n.kind&&e.resting===n.resting?(e.end=n.end,e.sum+=n.sum,e.count+=n.count):t.push({...n})}return t}function St(e){let t=[];return e.forEach((n,r)=>{if(n.kind!==`gap`||n.end-n.start>=12e4){t.push(n);return}let i=t.at(-1),a=e[r+1];i?i.end=n.end:a&&(a.start=n.start)}),t}function Ct(e,t){let n=e.findIndex(({end:e})=>t<e);return n<0?e.length-1:n}function wt(e,t){let n=e.filter(e=>e.kind===t);return{count:n.length,minutes:n.reduce((e,t)=>e+W(t),0)}}function Tt(e,t){let n=t.findIndex(({resting:e})=>e);if(n<0)return null;let r=t.slice(n).find(({resting:e,kind:t})=>!e&&U(t));return r&&r.start>Date.parse(e.start)?r.start:null}function Et(e){return e>=760?`wide`:e>=460?`medium`:`narrow`}var q={wide:{events:36,row:52,band:24,radius:4,names:64,totals:262,overlay:46,above:!1},medium:{events:36,row:44,band:22,radius:4,names:56,totals:0,overlay:65,above:!0},narrow:{events:30,row:40,band:20,radius:3,names:44,totals:0,overlay:65,above:!0}},Dt=26,Ot=9,kt=3,At=2.4,jt=4,Mt=36,Nt=16;function J(e,t){let{left:n,right:r,domain:i}=e;return n+(t-i.start)/(i.end-i.start)*(r-n)}function Pt(e,t){let{left:n,right:r,domain:i}=e;return i.start+(t-n)/(r-n)*(i.end-i.start)}function Ft(e){let{size:t,width:n,rtl:r}=e,i=q[t],a=e.totals?i.totals:0,o=r?a:i.names,s=Math.max(o+1,n-(r?i.names:a)),c=i.events,l=c+4*i.row,u={left:o,right:s,top:c,bottom:l,domain:e.domain},d=It(e,u),f=Vt(e,u),{grid:p,axis:m}=Ut(e,u),h=e.traces.map((e,t)=>Wt(e,l+Dt+Ot+t*i.overlay,i,u));return{...u,size:t,width:n,height:l+Dt+(h.length>0?Ot+h.length*i.overlay:0),rows:d,bands:Rt(e,u,d),risers:zt(e,u,d),columns:Bt(e,u),hairlines:f,events:Ht(e,u),grid:p,axis:m,overlays:h}}function It({unnamed:e},{left:t,right:n,top:r,bottom:i}){let a=e?[`awake`,`asleep`]:[`awake`,`rem`,`light`,`deep`],o=(i-r)/a.length;return a.map((e,i)=>({kind:e,top:r+i*o,height:o,lane:{x:t,y:r+i*o+kt,width:n-t,height:o-6,radius:6}}))}function Lt(e,{size:t}){return e.top+(e.height-q[t].band)/2}function Rt(e,t,n){let{band:r,radius:i}=q[e.size],a=[];return e.segments.forEach((o,s)=>{let c=n.find(({kind:e})=>e===o.kind);if(!c)return;let l=J(t,o.start),u=J(t,o.end)-l,d=Lt(c,e),f=e.provisional||o.resting,p=f?1.05:.3,m=Math.max(f?1.5:At,u-2*p);a.push({kind:o.kind,segment:s,resting:o.resting,x:l+p,y:f?d+.75:d,width:m,height:f?r-1.5:r,radius:Math.min(i,m/2.6)})}),a}function zt(e,t,n){let{band:r}=q[e.size],i=[];return e.segments.forEach((a,o)=>{let s=e.segments[o-1],c=n.find(({kind:e})=>e===s?.kind),l=n.find(({kind:e})=>e===a.kind);if(!c||!l||l===c)return;let[u,d]=l.top<c.top?[l,c]:[c,l],f=Lt(u,e)+r-2;i.push({x:J(t,a.start)-.625,y:f,width:1.25,height:Lt(d,e)+2-f,radius:0})}),i}function Bt({segments:e},t){let n=[];return e.forEach((e,r)=>{if(U(e.kind))return;let i=J(t,e.start),a=Math.max(jt,J(t,e.end)-i);n.push({kind:e.kind,segment:r,x:i,y:t.top+kt,width:a,height:t.bottom-t.top-6,radius:e.kind===`gap`?3:2})}),n}function Vt({onset:e,awakening:t,now:n},r){return[...[e,n===null?t:null].filter(e=>e!==null).map(e=>({x:J(r,e),now:!1})),...n===null?[]:[{x:J(r,n),now:!0}]]}function Ht(e,t){let{format:n,measure:r,size:i,segments:a,onset:o,awakening:s,now:c}=e,{text:l}=n,u=[],d=Vt(e,t).map(({x:e})=>[e-1,e+1]),f=(e,n,r,i)=>{let a=r.find(e=>e>=t.left-8&&e+n<=t.right+8&&d.every(([t,r])=>e+n+i<=t||r+i<=e));return a!==void 0&&(d.push([a,a+n]),u.push({...e,x:a}),!0)},p=(e,n,i,a)=>{let o=r(n,!0),s=J(t,e),c=i?9:6,l=[s+c,s-c-o];f({text:n,icon:null,strong:!0,now:i},o,a?l.reverse():l,4)};c===null?s!==null&&p(s,l(`event.woke`),!1,!0):p(c,l(`event.now`),!0,!1),o!==null&&p(o,l(`event.asleep`),!1,!1);let m=(e,n)=>{let r=(J(t,e.start)+J(t,e.end))/2;return Math.min(Math.max(r-n/2,t.left),t.right-n)};for(let e of a)if(e.kind===`away`||e.kind===`other`){let t=l(e.kind===`away`?`event.away`:`event.other`,{duration:n.duration(W(e))}),a=18+r(t,!1),o={icon:e.kind,strong:!1,now:!1};i!==`narrow`&&f({...o,text:t},a,[m(e,a)],8)||f({...o,text:null},Nt,[m(e,Nt)],2)}if(i!==`narrow`){for(let e of a)if(e.kind===`gap`){let i=l(`event.gap`,{duration:n.duration(W(e))}),a=r(i,!1),[o,s]=[J(t,e.start),J(t,e.end)];f({text:i,icon:null,strong:!1,now:!1},a,[m(e,a),o,s-a],8)}}return u}function Ut(e,t){let{format:n,measure:r,width:i,domain:a}=e,o=[],s=[];for(let a of[e.onset,e.now===null?e.awakening:null]){if(a===null)continue;let e=n.time(a),c=r(e,!0)/2,l=J(t,a);s.every(e=>Math.abs(e.x-l)>=e.half+c+6)&&(s.push({x:l,half:c}),o.push({x:Math.min(Math.max(l,c),i-c),text:e,strong:!0}))}let c=r(n.hour(a.start),!1),l=[],u=ft(a,t.right-t.left,Math.max(44,c+12)),d=-1/0;for(let e of pt(a,u,e=>n.clockParts(e))){let a=J(t,e),c=n.hour(e),u=r(c,!1)/2;s.some(e=>Math.abs(e.x-a)<Math.max(Mt,e.half+u+6))||(l.push(a),a-u-4>=d&&(o.push({x:Math.min(Math.max(a,u),i-u),text:c,strong:!1}),d=a+u))}return{grid:l,axis:o}}function Wt(e,t,{above:n,overlay:r},i){let a=n?[t+27,t+r-10]:[t+7,t+37],[o,s]=a,[c,l]=e.scale,u=s-o-3,d=e=>s-1.5-(e-c)/(l-c||1)*u,f=J(i,i.domain.start+24e4)-i.left;return{trace:e,top:t,area:a,paths:e.lines.map(e=>Gt(e.map(({time:e,value:t})=>[J(i,e),d(t)]))),bars:e.bars.map(({time:e,value:t})=>{let n=Math.max(1.5,t*(s-o));return{x:J(i,e)+f*.18,y:s-n,width:Math.max(1,f*.64),height:n,radius:Math.min(1.2,f*.25)}})}}function Gt(e){let t=e=>String(Math.round(e*10)/10),n=t=>e[Math.min(Math.max(t,0),e.length-1)]??[0,0],[r,i]=n(0);if(e.length<2)return`M${t(r-.5)},${t(i)}h1`;let a=`M${t(r)},${t(i)}`;for(let r=0;r<e.length-1;r+=1){let[e,i,o,s]=[n(r-1),n(r),n(r+1),n(r+2)],c=[i[0]+(o[0]-e[0])/6,i[1]+(o[1]-e[1])/6,o[0]-(s[0]-i[0])/6,o[1]-(s[1]-i[1])/6,o[0],o[1]];a+=`C${c.map(t).join(` `)}`}return a}var Kt={awake:`wake_after_sleep_onset`,rem:`rem`,light:`light`,deep:`deep`};function qt(e,t){let n=e.usual[t];return e.usual.nights>=7&&e.main!==!1&&n?n:null}function Jt(e){let t=mt.map(t=>e?.summary[Kt[t]]??null),n=t.reduce((e,t)=>e+(t??0),0);return mt.map((r,i)=>{let a=t[i]??null;return{stage:r,minutes:a,share:a!==null&&n>0?a/n:null,usual:e&&qt(e,Kt[r])}})}function Yt(e,[t,,n]){let r=n>t?1/3+(e-t)/(n-t)/3:.5;return Math.min(.98,Math.max(.02,r))}function Xt(e){let t=qt(e,`total_sleep_time`),n=e.summary.total_sleep_time;return t&&n!==null?n-t[1]:null}function Zt(e){return e.usual.nights<7&&e.main!==!1?Math.min(e.usual.nights+1,7):null}var Qt=[{label:`metric.latency`,measure:`sleep_latency`,unit:`unit.minute`,factor:1,digits:0},{label:`metric.awake`,measure:`wake_after_sleep_onset`,unit:`unit.minute`,factor:1,digits:0},{label:`metric.awakenings`,measure:`awakenings`,unit:null,factor:1,digits:0},{label:`metric.efficiency`,measure:`efficiency`,unit:`unit.percent`,factor:100,digits:0},{label:`metric.breathing`,measure:`respiration_rate`,unit:`unit.per_minute`,factor:1,digits:1}],$t=[`sleep_latency`,`efficiency`,`awakenings`];function en(e,t,n){return(n?$t.flatMap(e=>Qt.filter(t=>t.measure===e)):Qt).map(({label:n,measure:r,unit:i,factor:a,digits:o})=>{let s=e?e.summary[r]:10/a,c=e?qt(e,r):[10/a,0,10/a];return{label:t.text(n),...tn(s===null?null:s*a,o,i,t),usual:c?t.text(`metric.usual`,{range:t.range(c[0]*a,c[2]*a,o)}):``}})}function tn(e,t,n,r){return e===null?{value:`–`,unit:``}:n===`unit.minute`&&e>=100?{value:r.duration(e),unit:``}:{value:r.number(e,t),unit:n===null?``:r.text(n)}}function nn(e,t=Date.now()){let n=Date.parse(e.start),r=Math.max(Date.parse(e.end),n),i=vt(e),a=e.settled?null:Math.max(r,t),o=i.at(-1)?.end??n;if(a!==null&&a-o>=12e4){let e=i.at(-1),t={kind:`gap`,end:a,resting:!1,confidence:null};e?.kind===`gap`?i[i.length-1]={...e,end:a}:i.push({...t,start:o})}let s=e.usual.nights>=7?e.usual.time_in_bed?.[1]??null:null;return{night:e,segments:i,start:n,end:a??r,domain:a===null?ut(n,r):dt(n,a,s),onset:rn(e.summary.sleep_onset),awakening:rn(e.summary.final_awakening),now:a,unnamed:G(e)}}function rn(e){return e===null?null:Date.parse(e)}var an=f`
:host {
display: block;
font-variant-numeric: tabular-nums;
}
ha-card {
padding: 16px 20px 20px;
font-size: 14px;
line-height: 20px;
color: var(--primary-text-color);
}
:host([size="medium"]) ha-card {
padding: 12px 16px 16px;
}
:host([size="narrow"]) ha-card {
padding: 8px 20px 20px;
}
.body {
max-width: 1158px;
margin-inline: auto;
}
p,
dl,
dd,
ul {
margin: 0;
padding: 0;
}
.title {
padding-block: 4px;
}
header {
display: flex;
align-items: center;
gap: 4px;
min-height: 44px;
margin-inline: -14px -12px;
}
h2 {
margin: 0;
min-width: 0;
font-size: 16px;
font-weight: 500;
line-height: 24px;
}
.pale,
.loading dd {
visibility: hidden;
}
.unseen {
position: absolute;
clip-path: inset(50%);
width: 1px;
height: 1px;
overflow: hidden;
white-space: nowrap;
}
.grow {
flex: 1;
}
.step {
width: 44px;
height: 44px;
border-radius: 22px;
display: grid;
place-items: center;
flex: none;
}
.step[aria-disabled="true"] {
color: var(--secondary-text-color);
opacity: 0.5;
cursor: default;
}
:host(:dir(rtl)) .step svg {
transform: scaleX(-1);
}
.step[aria-pressed="true"] {
background: var(--_accent-fill);
color: var(--_accent-text);
}
@media (hover: hover) {
.step:not([aria-disabled="true"]):not([aria-pressed="true"]):hover {
background: var(--_fill);
}
.button:hover,
.toggle:hover {
filter: brightness(0.96);
}
:host([mode="dark"]) .button:hover,
:host([mode="dark"]) .toggle:hover {
filter: brightness(1.12);
}
}
.chip {
display: inline-flex;
align-items: center;
gap: 6px;
height: 28px;
padding: 0 12px;
border-radius: 14px;
background: var(--_fill);
color: var(--secondary-text-color);
font-size: 12px;
font-weight: 500;
line-height: 16px;
white-space: nowrap;
flex: none;
}
.chip .icon {
margin-inline-start: -4px;
}
.chip.on {
background: var(--_accent-fill);
color: var(--_accent-text);
}
.chip.sun {
background: color-mix(in srgb, var(--_dawn) 16%, transparent);
color: var(--_sun);
}
.chip .open {
width: 8px;
height: 8px;
border-radius: 4px;
border: 1.5px solid currentColor;
}
.toggle {
position: relative;
}
.toggle::after {
content: "";
position: absolute;
inset: -8px 0;
}
:host([size="narrow"]) .toggle {
height: 36px;
border-radius: 18px;
font-size: 14px;
line-height: 20px;
padding: 0 14px;
}
:host([size="narrow"]) .toggle::after {
inset: -4px 0;
}
.button {
display: inline-flex;
align-items: center;
justify-content: center;
gap: 8px;
min-height: 44px;
padding: 0 20px;
border-radius: 22px;
background: var(--_fill);
color: var(--primary-text-color);
font-size: 14px;
font-weight: 500;
line-height: 20px;
text-decoration: none;
flex: none;
}
.button.primary {
background: var(--_accent-fill);
color: var(--_accent-text);
}
.top {
display: flex;
align-items: flex-end;
justify-content: space-between;
gap: 40px;
margin: 12px 0 32px;
}
.hero {
font-size: 44px;
line-height: 48px;
letter-spacing: -0.5px;
white-space: nowrap;
}
.hero small {
margin-inline: 4px 7px;
font-size: 20px;
line-height: 24px;
letter-spacing: 0;
color: var(--secondary-text-color);
}
.line {
margin-top: 4px;
}
:host([size="narrow"]) .top {
margin: 4px 0 24px;
}
.top.now {
justify-content: flex-start;
align-items: baseline;
flex-wrap: wrap;
gap: 4px 32px;
margin: 8px 0 24px;
}
.now .hero {
font-size: 36px;
line-height: 44px;
}
.metrics {
display: flex;
gap: 32px;
flex: 1;
justify-content: flex-end;
}
.metric dt,
.usual {
font-size: 12px;
line-height: 16px;
color: var(--secondary-text-color);
white-space: nowrap;
}
.metric .value {
font-size: 24px;
line-height: 32px;
letter-spacing: -0.2px;
white-space: nowrap;
}
.value small {
margin-inline-start: 2px;
font-size: 14px;
line-height: 20px;
letter-spacing: 0;
color: var(--secondary-text-color);
}
:host([size="medium"]) .metrics,
:host([size="narrow"]) .metrics {
display: grid;
grid-template-columns: repeat(3, minmax(0, 1fr));
gap: 16px 12px;
padding: 16px 0 4px;
border-top: 1px solid var(--divider-color);
}
.controls {
display: flex;
align-items: center;
flex-wrap: wrap;
gap: 16px;
margin-top: 8px;
min-height: 28px;
}
.chips {
display: flex;
flex-wrap: wrap;
gap: 8px;
}
.facts {
flex: 1;
text-align: end;
font-size: 12px;
line-height: 16px;
color: var(--secondary-text-color);
}
.facts span {
display: inline-block;
}
:host([size="medium"]) .controls,
:host([size="narrow"]) .controls {
margin-bottom: 16px;
}
:host([size="medium"]) .facts {
flex-basis: 100%;
text-align: start;
}
:host([size="narrow"]) .chips {
gap: 8px;
}
:host([size="narrow"]) .facts {
display: block;
margin-top: 12px;
padding-top: 12px;
border-top: 1px solid var(--divider-color);
text-align: start;
}
.caption {
display: flex;
align-items: center;
justify-content: flex-end;
gap: 12px;
min-height: 20px;
margin-bottom: 4px;
font-size: 12px;
line-height: 16px;
color: var(--secondary-text-color);
}
halo-rise-night-plot + .caption {
margin-top: 16px;
}
.caption .dots {
margin: 0;
gap: 6px;
}
.caption .dots i {
width: 12px;
height: 12px;
}
.totals {
list-style: none;
display: grid;
grid-template-columns: 10px minmax(46px, auto) minmax(64px, auto) minmax(48px, 96px) minmax(
0,
1fr
);
column-gap: 10px;
}
.totals li {
grid-column: span 5;
display: grid;
grid-template-columns: subgrid;
align-items: center;
height: 44px;
border-top: 1px solid var(--divider-color);
}
:host([size="medium"]) .totals {
grid-template-columns: 1fr 1fr;
column-gap: 32px;
}
:host([size="medium"]) .totals li {
grid-column: auto;
grid-template: 20px 20px / 10px 1fr auto;
align-content: center;
gap: 4px 10px;
height: 68px;
}
:host([size="medium"]) .bullet {
grid-column: 1 / 3;
margin-inline-end: 10px;
}
.end {
text-align: end;
}
.awake {
--_c: var(--_awake);
}
.rem {
--_c: var(--_rem);
}
.light {
--_c: var(--_light);
}
.deep {
--_c: var(--_deep);
}
.swatch {
width: 10px;
height: 10px;
border-radius: 3px;
background: var(--_c);
}
.bullet {
position: relative;
height: 6px;
border-radius: 3px;
background: var(--_track);
}
.bullet::before {
content: "";
position: absolute;
inset: 0 33.3%;
border-radius: 3px;
background: var(--_range);
}
.bullet i {
position: absolute;
top: -6px;
width: 6px;
height: 18px;
margin-inline-start: -3px;
border-radius: 3px;
background: var(--_c);
box-shadow: 0 0 0 1px var(--_card);
}
.note-text {
margin-top: 8px;
font-size: 12px;
line-height: 16px;
color: var(--secondary-text-color);
}
.note {
display: flex;
align-items: flex-start;
flex-wrap: wrap;
gap: 12px;
margin-top: 16px;
padding-top: 16px;
border-top: 1px solid var(--divider-color);
}
.note p {
flex: 1 1 200px;
padding-block: 2px;
}
.table {
max-height: 418px;
overflow: auto;
border-radius: 10px;
background: var(--_lane);
padding: 4px 16px 12px;
display: flex;
flex-wrap: wrap;
align-items: flex-start;
gap: 8px 40px;
}
table {
flex: 1 1 280px;
border-collapse: collapse;
font-size: 14px;
line-height: 20px;
}
caption {
padding: 12px 0 4px;
font-weight: 500;
text-align: start;
}
th {
font-weight: 400;
text-align: start;
}
thead th {
font-size: 12px;
line-height: 16px;
color: var(--secondary-text-color);
}
th,
td {
padding: 6px 8px 6px 0;
border-bottom: 1px solid var(--divider-color);
vertical-align: baseline;
}
.end,
td:first-child {
white-space: nowrap;
}
:host([size="narrow"]) .table {
padding-inline: 12px;
}
:host([size="narrow"]) table {
font-size: 12px;
line-height: 16px;
}
th.end,
td.end {
text-align: end;
padding-inline: 8px 0;
}
`,on={breathing:{series:`respiration_rate`,span:3},movement:{series:`motion`,span:0},heart_rate:{series:`heart_rate`,span:10},temperature:{series:`temperature`,span:2},humidity:{series:`humidity`,span:10},illuminance:{series:`illuminance`,span:1}},sn=Object.keys(on),cn=5,ln=6e4,un=300,dn=4*ln;function fn(e,t){return e.epochs[on[t].series]??[]}function pn(e){return sn.filter(t=>fn(e,t).some(e=>e!==null))}function mn(e,t,n){let r=Math.floor((n-K(e))/(e.epoch_seconds*1e3));return fn(e,t)[r]??null}function hn(e,t,n){let r=fn(e,t);return t===`movement`?yn(e,r,n):_n(e,t,r)}function gn(e,t){return e===`illuminance`?Math.log10(1+Math.max(0,t)):t}function _n(e,t,n){let r=K(e),i=e.epoch_seconds*1e3,a=Math.max(Math.round(2*ln/i),Math.ceil(n.length/un),1),o=[],s=[];for(let e=0;e<n.length;e+=a){let c=n.slice(e,e+a).filter(e=>e!==null);c.length>0?s.push({time:r+Math.min(e+a/2,n.length)*i,value:gn(t,Sn(c))}):s.length>0&&(o.push(s),s=[])}s.length>0&&o.push(s);let c=o.flat().map(({value:e})=>e),l=Math.min(...c),u=Math.max(...c),d=n.filter(e=>e!==null),f=Math.max(0,on[t].span-(u-l))/2;return{key:t,lines:o,bars:[],scale:c.length>0?[l-f,u+f]:[0,1],range:c.length>0?vn(t,o,l,u):null,median:d.length>0?Cn(d):null}}function vn(e,t,n,r){return e===`illuminance`&&t.length>0?[10**n-1,10**r-1]:[n,r]}function yn(e,t,n){let r=K(e),i=e.epoch_seconds*1e3,a=Math.max(1,Math.round(dn/i)),o=[];for(let e=0;e<t.length;e+=a){let s=t.slice(e,e+a),c=s.filter(e=>e!==null),l=r+e*i,u=l+dn/2,d=n.some(e=>e.start<=u&&u<e.end);c.length>=s.length*.6&&!d&&o.push({time:l,value:Sn(c)})}let s=Math.max(...o.map(({value:e})=>e),cn);return{key:`movement`,lines:[],bars:o.map(({time:e,value:t})=>({time:e,value:Math.sqrt(t/s)})),scale:[0,1],range:null,median:null}}function bn(e){let{motion:t}=e.epochs,n=K(e),r=e.epoch_seconds*1e3,{sleep_onset:i,final_awakening:a}=e.summary,o=i===null?0:Math.round((Date.parse(i)-n)/r),s=a===null?t.length:Math.round((Date.parse(a)-n)/r),c=0,l=!1;t.slice(o,s).forEach(e=>{let t=e!==null&&e>cn;c+=t&&!l?1:0,l=t});let u=t.reduce((e,t)=>e+(t??0),0);return{times:c,minutes:u/60}}function xn(e){return e>cn}function Sn(e){return e.reduce((e,t)=>e+t,0)/e.length}function Cn(e){let t=[...e].sort((e,t)=>e-t),n=t.length>>1,r=t[n]??0;return t.length%2==1?r:((t[n-1]??0)+r)/2}function Y(e){return D`
<header>
${e.step&&e.step!==A?e.step:D`<span class="secondary lead">${V(e.icon)}</span>`}
<h2>${e.heading}</h2>
</header>
<div class="message">
${e.art?D`<div class="art">${e.art}</div>`:A}
<div role=${e.alert?`alert`:A}>
<p class="strong">${e.title}</p>
<p class="secondary">${e.text}</p>
</div>
${e.more??A} ${e.action??A}
</div>
`}function wn(){return D`<svg width="160" height="100" viewBox="0 0 160 100" aria-hidden="true">
<g fill="none" stroke="var(--primary-color)" stroke-width="2.5" stroke-linecap="round">
<path d="M51,33 A34,34 0 0 1 51,67" opacity=".9"></path>
<path d="M74,20 A60,60 0 0 1 74,80" opacity=".6"></path>
<path d="M96,7 A86,86 0 0 1 96,93" opacity=".35"></path>
<path d="M118,-6 A112,112 0 0 1 118,106" opacity=".18"></path>
</g>
<rect x="8" y="32" width="24" height="36" rx="8" fill="var(--primary-text-color)"></rect>
<circle cx="20" cy="50" r="4" fill="var(--primary-color)"></circle>
</svg>`}function Tn(e,t){return D`<div class="dots" role="img" aria-label=${t}>
${Array.from({length:7},(t,n)=>D`<i class=${n<e?`filled`:``}></i>`)}
</div>`}var En=f`
.lead {
width: 44px;
height: 44px;
display: grid;
place-items: center;
flex: none;
}
.message {
display: flex;
flex-direction: column;
align-items: flex-start;
padding-top: 4px;
}
.message p {
margin: 0 0 4px;
max-width: 60ch;
}
.art {
align-self: stretch;
min-height: 104px;
display: grid;
place-items: center;
margin: 8px 0 20px;
color: var(--secondary-text-color);
}
.message .button {
margin-top: 16px;
}
.dots {
display: flex;
gap: 8px;
margin-top: 12px;
}
.dots i {
width: 14px;
height: 14px;
border-radius: 7px;
border: 1.5px solid var(--secondary-text-color);
}
.dots .filled {
background: var(--primary-color);
border-color: var(--primary-color);
}
`,Dn={awake:`stage.awake`,rem:`stage.rem`,light:`stage.light`,deep:`stage.deep`,asleep:`stage.asleep`,gap:`stage.gap`,away:`stage.away`,other:`stage.other`};function X(e,t,n=!1){return e.text(n?`stage.resting`:Dn[t])}function On(e,t,n){let{text:r}=n,{summary:i}=e,a=e=>n.spokenDuration(e??0),o=[e.settled?r(`summary.night`,{date:n.spokenDates(Date.parse(e.start),Date.parse(e.end))}):r(`summary.running`)],{sleep_onset:s,final_awakening:c,total_sleep_time:l}=i;l===null||l<=0?o.push(r(`summary.not_asleep`)):s!==null&&c!==null&&e.settled?o.push(r(`summary.asleep`,{duration:a(l),from:n.time(Date.parse(s)),to:n.time(Date.parse(c))})):o.push(r(`summary.asleep_total`,{duration:a(l)}));let u=a(i.wake_after_sleep_onset);G(e)?o.push(r(`summary.awake`,{awake:u}),r(`summary.withheld`,{percent:An(n,i.coverage??0)})):l!==null&&l>0&&o.push(r(`summary.stages`,{deep:a(i.deep),rem:a(i.rem),light:a(i.light),awake:u}));let d=wt(t,`away`);d.count>0&&o.push(r.plural(`summary.away`,d.count,{duration:a(d.minutes)}));let f=wt(t,`gap`);return f.count>0&&o.push(r.plural(`summary.gaps`,f.count,{duration:a(f.minutes)})),o.join(` `)}function kn(e,t,n){let r={time:n.time(e),stage:X(n,t.kind,t.resting),from:n.time(t.start),to:n.time(t.end),duration:n.spokenDuration(W(t))};return t.confidence===null?n.text(`slider.value`,r):n.text(`slider.value_sure`,{...r,percent:An(n,t.confidence)})}function An(e,t){return e.text(`slider.percent`,{value:e.number(t*100)})}function jn({night:e,segments:t,unnamed:n},r){let{text:i}=r,a=i(`overlay.no_value`);return D`<div class="table" role="region" tabindex="0" aria-label=${i(`table.night`)}>
<table>
<caption>
${i(`table.totals`)}
</caption>
<thead>
<tr>
<th scope="col">${i(`table.stage`)}</th>
<th scope="col" class="end">${i(`table.duration`)}</th>
<th scope="col" class="end">${i(`table.share`)}</th>
<th scope="col" class="end">${i(`table.usual`)}</th>
</tr>
</thead>
<tbody>
${n?D`<tr>
<th scope="row">${i(`stage.asleep`)}</th>
<td class="end">
${e.summary.total_sleep_time===null?a:r.duration(e.summary.total_sleep_time)}
</td>
<td class="end">${a}</td>
<td class="end">${a}</td>
</tr>`:Jt(e).map(e=>D`<tr>
<th scope="row">${X(r,e.stage)}</th>
<td class="end">
${e.minutes===null?a:r.duration(e.minutes)}
</td>
<td class="end">${e.share===null?a:r.percent(e.share)}</td>
<td class="end">
${e.usual?r.durations(e.usual[0],e.usual[2]):a}
</td>
</tr>`)}
</tbody>
</table>
<table>
<caption>
${i(`table.stages`)}
</caption>
<thead>
<tr>
<th scope="col">${i(`table.time`)}</th>
<th scope="col">${i(`table.stage`)}</th>
<th scope="col" class="end">${i(`table.duration`)}</th>
<th scope="col" class="end">${i(`table.confidence`)}</th>
</tr>
</thead>
<tbody>
${t.map(e=>D`<tr>
<td>${r.times(e.start,e.end)}</td>
<td>${X(r,e.kind,e.resting)}</td>
<td class="end">${r.duration(W(e))}</td>
<td class="end">
${e.confidence===null?a:r.percent(e.confidence)}
</td>
</tr>`)}
${t.length===0?D`<tr>
<td colspan="4">${i(`table.empty`)}</td>
</tr>`:A}
</tbody>
</table>
</div>`}var Mn={wide:[`breathing`,`movement`,`temperature`],medium:[`breathing`],narrow:[`breathing`]},Nn=864e5,Pn=`/config/integrations/dashboard/add?domain=halo_rise`,Fn=class extends F{static properties={hass:{attribute:!1},config:{state:!0},cardWidth:{state:!0},bodyWidth:{state:!0},table:{state:!0},chosen:{state:!0},actionError:{state:!0},mode:{reflect:!0},size:{reflect:!0}};static styles=[ct,at,En,an];store=new Ye(this);format;formatKey=``;model=null;modelOf;rtl=!1;direction=0;observer=new ResizeObserver(()=>{this.cardWidth=this.offsetWidth});constructor(){super(),this.mode=`light`,this.size=`wide`,this.cardWidth=0,this.bodyWidth=0,this.table=!1,this.chosen=null,this.actionError=null}setConfig(e){for(let t of[`device_id`,`title`])if(e[t]!==void 0&&typeof e[t]!=`string`)throw Error(`halo-rise-night-card: "${t}" must be a text`);this.config=e}getCardSize(){return 11}getGridOptions(){return{columns:12,min_columns:6,rows:`auto`}}static getStubConfig(e){let t=R(e);return t===null?{}:{device_id:t}}static getConfigForm(){return{schema:[{name:`device_id`,selector:{device:{integration:`halo_rise`}}},{name:`title`,selector:{text:{}}}],computeLabel:({name:e})=>a(document.documentElement.lang||`en`)(`editor.${e}`)}}static getEntitySuggestion(e,t){if(!Ve(e,t))return null;let n=e.entities[t]?.device_id;return{config:{type:`custom:halo-rise-night-card`,...n===void 0?{}:{device_id:n}}}}connectedCallback(){super.connectedCallback(),this.cardWidth=this.offsetWidth,this.observer.observe(this)}disconnectedCallback(){super.disconnectedCallback(),this.observer.disconnect()}shouldUpdate(e){let t=e.get(`hass`);return e.size!==1||!t||!this.hass||this.concerns(t,this.hass)}concerns(e,t){if([`locale`,`themes`,`entities`,`devices`,`config`,`user`,`connection`].some(n=>e[n]!==t[n]))return!0;let n=R(t,this.config?.device_id),r=n===null?null:He(t,n);return[r?.standbyEntity,r?.stageEntity,r?.bedEntity].some(n=>n!=null&&e.states[n]!==t.states[n])}willUpdate(){let{hass:e}=this;if(!e)return;let t=JSON.stringify(et(e));this.format&&t===this.formatKey||(this.formatKey=t,this.format=new tt(et(e))),this.mode=e.themes?.darkMode?`dark`:`light`,this.size=this.cardWidth>0?Et(this.cardWidth):`wide`,this.store.setSource(e,this.shownDevice(e)),this.modelOf!==this.store.night&&(this.modelOf=this.store.night,this.model=this.store.night?nn(this.store.night):null)}shownDevice(e){let t=R(e,this.config?.device_id);return t!==null&&e.devices[t]?t:null}updated(){this.rtl=getComputedStyle(this).direction===`rtl`;let e=this.renderRoot.querySelector(`.body`);e&&(this.bodyWidth=e.clientWidth),this.direction!==0&&!this.store.loading&&(this.slideIn(this.direction),this.direction=0)}slideIn(e){if(!matchMedia(`(prefers-reduced-motion: reduce)`).matches)for(let t of this.renderRoot.querySelectorAll(`.slide`))t.animate([{opacity:0,transform:`translateX(${e*24}px)`},{opacity:1}],{duration:400,easing:`cubic-bezier(.2,0,0,1)`})}go(e,t){let{store:n}=this,r=t.standby!==null,i=e<0?n.previousId(r):n.nextView(r,t.inBed);i!==null&&(this.direction=e,n.show(i))}toggleTable(){this.table=!this.table}toggleOverlay(e,t){let n=t.filter(t=>t!==e),r=n.length<t.length;this.chosen=r?n:this.size===`narrow`?[e]:[...t,e]}shownOverlays(e){let t=this.chosen??Mn[this.size],n=e.filter(e=>t.includes(e));return this.size===`narrow`?n.slice(0,1):n}async act(e,t,n){this.actionError=null;try{await this.hass?.callService(e,t,{},{entity_id:n})}catch(e){this.actionError=Ue(e).code}}onKeyDown=e=>{e.key.toLowerCase()!==`t`||e.altKey||e.ctrlKey||e.metaKey||this.model&&(e.stopPropagation(),this.toggleTable(),this.updateComplete.then(()=>{let e=this.renderRoot.querySelector(`halo-rise-night-plot`);(this.table?this.renderRoot.querySelector(`.table`):e?.renderRoot.querySelector(`.scrub`))?.focus()}))};render(){let{hass:e,config:t,format:n}=this;return!e||!t||!n?A:D`<ha-card>
<div class="body" @keydown=${this.onKeyDown}>
${t.title?D`<p class="title secondary">${t.title}</p>`:A}
${this.renderContent(e,n)}
</div>
</ha-card>`}renderContent(e,t){let{store:n}=this,r=this.shownDevice(e);if(r===null)return this.renderNoRadar(e,t);let i=He(e,r);return i.standby&&n.showsNewest?this.renderStandby(t,i,i.standby):n.error===null?n.night===null?this.renderNoNight(t):this.renderNight(t,i):this.renderError(t,i,n.error)}renderNoRadar(e,{text:t}){let n=R(e,this.config?.device_id)!==null,r=e.user?.is_admin??!1;return Y({icon:`radar`,heading:t(`title.no_radar`),art:wn(),title:t(n?`lost_radar.title`:`no_radar.title`),text:n?t(`lost_radar.text`):`${t(`no_radar.text`)} ${r?``:t(`no_radar.ask`)}`,action:r&&!n?D`<a class="button primary" href=${Pn}
>${V(`add`,20)}${t(`no_radar.add`)}</a
>`:A})}renderStandby(e,t,n){let{store:r}=this,{text:i}=e;return Y({icon:`standby`,heading:i(`title.standby`),art:V(`standby`,56),title:i(`standby.title`),text:i(`standby.text`,{time:e.moment(n.getTime())}),step:r.previousId(!0)===null?A:this.renderStep(-1,e,t),more:this.renderActionError(e),action:D`<button
class="button primary"
@click=${()=>this.act(`switch`,`turn_off`,t.standbyEntity)}
>
${V(`power`,20)}${i(`standby.resume`)}
</button>`})}renderError(e,n,r){let{text:i}=e,{code:a}=r,o=`error.${a}`;return Y({icon:`alert`,heading:i(`title.error`),title:i(`error.title`),text:a===`home_assistant_error`&&r.message?r.message:t(o)?i(o):i(`error.unknown`,{code:a}),alert:!0,step:this.store.previousId(!1)===null?A:this.renderStep(-1,e,n),action:D`<button class="button" @click=${()=>this.store.retry()}>
${V(`retry`,20)}${i(`error.retry`)}
</button>`})}renderNoNight({text:e}){return Y({icon:`night`,heading:e(`title.no_night`),art:wn(),title:e(`no_night.title`),text:`${e(`no_night.text`)} ${e(`no_night.ranges`)}`,more:Tn(0,e(`totals.dots`,{count:0}))})}renderNight(e,t){let{model:n,size:r,table:i}=this,a=n!==null&&n.now!==null,o=n?pn(n.night):t.overlays,s=a?[]:this.shownOverlays(o);return D`
${this.renderHeader(e,t)}
<div class="slide">
${a?this.renderNow(e,n):this.renderHero(e)}
${i&&n?jn(n,e):D`<halo-rise-night-plot
.model=${n}
.format=${e}
.size=${r}
.width=${this.bodyWidth}
.rtl=${this.rtl}
.overlays=${s}
.totals=${r===`wide`&&!a}
@halo-rise-step=${e=>this.go(e.detail,t)}
></halo-rise-night-plot>`}
${a?D`<p class="note-text">${e.text(`footer.provisional`)}</p>`:D`${this.renderControls(e,o,s)}
${r===`wide`?A:this.renderDetails(e,n)}`}
${this.renderNotes(e,t)}
</div>
`}renderStep(e,t,n){let{store:r}=this,i=n.standby!==null,a=e<0?r.previousId(i):r.nextView(i,n.inBed);return D`<button
class="step"
aria-label=${t.text(e<0?`header.previous`:`header.next`)}
aria-disabled=${a===null?`true`:`false`}
@click=${()=>this.go(e,n)}
>
${V(e<0?`previous`:`next`)}
</button>`}renderHeader(e,t){let{model:n,size:r}=this,{text:i}=e,a=n?n.now===null?e.title(n.start,n.end,{short:r===`narrow`}):i(`title.running`):i(`title.loading`);return D`<header>
${this.renderStep(-1,e,t)}
<h2 aria-live="polite">
${n?a:D`<span class="unseen">${a}</span
><span class="pale" aria-hidden="true"
>${e.title(Date.now()-Nn,Date.now(),{short:r===`narrow`})}</span
>`}
</h2>
${this.renderStep(1,e,t)}
<span class="grow"></span>
${n?this.renderChip(e,n,t):A}
<button
class="step secondary"
aria-label=${i(`header.table`)}
aria-pressed=${this.table?`true`:`false`}
aria-disabled=${n?`false`:`true`}
aria-keyshortcuts="T"
@click=${()=>{n&&this.toggleTable()}}
>
${V(`table`,20)}
</button>
</header>`}renderChip(e,{night:t,end:n,now:r},i){let{text:a}=e;if(r!==null)return i.silent?D`<span class="chip sun"
>${a(this.size===`narrow`?`chip.silent_short`:`chip.silent`,{time:e.time(i.silent.getTime())})}</span
>`:D`<span class="chip"><i class="open"></i>${a(`chip.provisional`)}</span>`;if(this.size===`narrow`)return A;let o=Zt(t);return D`${o===null?A:D`<span class="chip">${a(`chip.first_nights`,{count:o})}</span>`}
<span class="chip" title=${a(`chip.settled_help`)}
>${V(`settled`,16)}${a(`chip.settled`,{time:e.time(t.settled_at===null?n:Date.parse(t.settled_at))})}</span
>`}renderHero(e){let{model:t,size:n}=this,{text:r}=e,i=t&&t.segments.length>0?Xt(t.night):null,a=t?t.unnamed?r(`hero.covered_only`):i===null?``:Math.abs(i)<1?r(`hero.same`):r(i<0?`hero.less`:`hero.more`,{duration:e.duration(Math.abs(i))}):``;return D`<div class="top">
<div>
<div class=${L({hero:!0,pale:!t})} aria-hidden=${t?A:`true`}>
${In(e,t?t.night.summary.total_sleep_time:0)}
</div>
<div class="line">
<span class="strong">${r(`hero.asleep`)}</span>${a?D`<span class="secondary"> · ${a}</span>`:A}
</div>
</div>
${n===`wide`&&!t?.unnamed?this.renderMetrics(e,t,!1):A}
</div>`}renderNow(e,{night:t,segments:n}){let{text:r}=e,i=n.at(-1),a=i?.kind===`gap`?void 0:i,{respiration_rate:o}=t.epochs,s=o.at(-1)??null,c=[...a?[r(`now.stage_for`,{stage:X(e,a.kind,a.resting),duration:e.duration(W(a))})]:[],...s===null||!a?[]:[r(`now.breathing`,{rate:e.perMinute(s)})]];return D`<div class="top now">
<div class="hero">
${In(e,t.summary.total_sleep_time,r(`hero.minutes_asleep`))}
</div>
<div class="secondary">${c.join(` · `)}</div>
</div>`}renderMetrics(e,t,n){return D`<dl class=${L({metrics:!0,loading:!t})}>
${en(t?.night??null,e,n).map(e=>D`<div class="metric">
<dt>${e.label}</dt>
<dd class="value"><bdi>${e.value}<small>${e.unit}</small></bdi></dd>
<dd class="usual"><bdi>${e.usual}</bdi></dd>
</div>`)}
</dl>`}renderControls(e,t,n){let{text:r}=e;return t.length===0&&this.size===`narrow`?D``:D`<div class="controls">
${this.table?A:D`<div class="chips" role="group" aria-label=${r(`overlay.group`)}>
${t.map(e=>{let t=n.includes(e);return D`<button
class=${L({chip:!0,toggle:!0,on:t})}
aria-pressed=${t?`true`:`false`}
@click=${()=>this.toggleOverlay(e,n)}
>
${t?V(`check`,16):A}${r(`overlay.${e}`)}
</button>`})}
</div>`}
${this.size===`narrow`?A:this.renderFacts(e)}
</div>`}renderFacts(e){let{model:t}=this;if(!t)return A;let{text:n}=e,r=Tt(t.night,t.segments),{coverage:i}=t.night.summary,a=[n(`footer.in_bed`,{from:e.time(t.start),to:e.time(t.end)}),...r===null?[]:[n(`footer.trying`,{time:e.time(r)})],...i===null?[]:[n(`footer.covered`,{percent:e.percent(i)})]];return D`<span class="facts">
${a.map((e,t)=>D`<span><bdi>${e}</bdi>${t<a.length-1?D`&nbsp;·&nbsp;`:A}</span>`)}
</span>`}renderDetails(e,t){let n=this.size===`narrow`;return D`
${t?.unnamed?A:D`${this.table?A:this.renderTotals(e,t?.night??null)}
${this.renderMetrics(e,t,n)}`}
${n?this.renderFacts(e):A}
`}renderTotals(e,t){let{text:n}=e,r=Jt(t),i=t&&Zt(t);return D`
<p class="caption">
${i===null?!t||r.some(({usual:e})=>e)?n(`totals.caption`):A:D`${Tn(i,n(`totals.dots`,{count:i}))}<span
>${n(`totals.later`)}</span
>`}
</p>
<ul class="totals" role="list">
${r.map(({stage:r,minutes:i,share:a,usual:o})=>D`<li>
<i class="swatch ${r}"></i>
<span class="stage">${X(e,r)}</span>
<span class="strong end"
><bdi>${i===null?t?n(`overlay.no_value`):``:e.duration(i)}</bdi></span
>
<span class=${L({bullet:o!==null&&i!==null})} aria-hidden="true"
>${o&&i!==null?D`<i
style="inset-inline-start:${Yt(i,o)*100}%"
class=${r}
></i>`:A}</span
>
<span class="usual end"
><bdi
>${o?e.durations(o[0],o[2]):a===null?``:e.percent(a)}</bdi
></span
>
</li>`)}
</ul>
`}renderNotes(e,t){let{model:n}=this,{text:r}=e,i=n&&!n.unnamed&&n.segments.length>0&&n.segments.every(({kind:e})=>e===`gap`);return D`
${n?.unnamed?this.renderNote(`help`,r(`footer.withheld_title`,{percent:e.percent(n.night.summary.coverage??0)}),r(`footer.withheld`)):i?this.renderNote(`help`,r(`footer.unknown_title`),r(`footer.unknown`)):A}
${t.silent?this.renderNote(`silent`,r(`footer.silent_title`,{time:e.moment(t.silent.getTime())}),r(`footer.silent`),D`${this.hass?.user?.is_admin?D`<button
class="button"
@click=${()=>this.act(`homeassistant`,`reload_config_entry`,t.stageEntity)}
>
${V(`reconnect`,20)}${r(`footer.reconnect`)}
</button>`:A}
${this.renderActionError(e)}`):A}
`}renderNote(e,t,n,r=A){return D`<div class="note">
<span class="secondary">${V(e)}</span>
<p><span class="strong">${t}.</span> <span class="secondary">${n}</span></p>
${r}
</div>`}renderActionError({text:e}){return this.actionError===null?A:D`<p role="alert">${e(`error.action`,{code:this.actionError})}</p>`}};function In(e,t,n){let{text:r}=e;if(t===null)return D`–`;let i=Math.round(t),a=Math.floor(i/60);return D`<bdi
>${a>0?D`${e.number(a)}<small>${r(`unit.hour`)}</small>`:A}${e.number(i%60)}<small>${n??r(`unit.minute`)}</small></bdi
>`}var Ln={},Rn=ze(class extends I{constructor(){super(...arguments),this.ot=Ln}render(e,t){return t()}update(e,[t,n]){if(Array.isArray(t)){if(Array.isArray(this.ot)&&this.ot.length===t.length&&t.every((e,t)=>e===this.ot[t]))return k}else if(this.ot===t)return k;return this.ot=Array.isArray(t)?Array.from(t):t,this.render(t,n)}}),zn=`important`,Bn=` !`+zn,Z=ze(class extends I{constructor(e){if(super(e),e.type!==Re.ATTRIBUTE||e.name!==`style`||e.strings?.length>2)throw Error("The `styleMap` directive must be used in the `style` attribute and must be the only part in the attribute.")}render(e){return Object.keys(e).reduce((t,n)=>{let r=e[n];return r==null?t:t+`${n=n.includes(`-`)?n:n.replace(/(?:^(webkit|moz|ms|o)|)(?=[A-Z])/g,`-$&`).toLowerCase()}:${r};`},``)}update(e,[t]){let{style:n}=e.element;if(this.ft===void 0)return this.ft=new Set(Object.keys(t)),this.render(t);for(let e of this.ft)t[e]??(this.ft.delete(e),e.includes(`-`)?n.removeProperty(e):n[e]=null);for(let e in t){let r=t[e];if(r!=null){this.ft.add(e);let t=typeof r==`string`&&r.endsWith(Bn);e.includes(`-`)||t?n.setProperty(e,t?r.slice(0,-11):r,t?zn:``):n[e]=r}}return k}}),Q=6e4,Vn=226,$=122,Hn=class extends F{static properties={model:{attribute:!1},format:{attribute:!1},size:{attribute:!1},width:{attribute:!1},rtl:{attribute:!1},overlays:{attribute:!1},totals:{attribute:!1},cursor:{state:!0},isolated:{state:!0}};layout=null;position=0;context;constructor(){super(),this.model=null,this.size=`wide`,this.width=0,this.rtl=!1,this.overlays=[],this.totals=!1,this.cursor=null,this.isolated=null}connectedCallback(){super.connectedCallback(),window.addEventListener(`pointerdown`,this.onPointerElsewhere)}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener(`pointerdown`,this.onPointerElsewhere)}willUpdate(e){if(e.has(`model`)){let t=e.get(`model`);(t?.night.id!==this.model?.night.id||t?.start!==this.model?.start)&&(this.cursor=null,this.isolated=null,this.position=this.model?.onset??this.model?.start??0)}[`model`,`format`,`size`,`width`,`rtl`,`overlays`,`totals`].some(t=>e.has(t))&&(this.layout=this.width>0?this.computeLayout():null)}computeLayout(){let{model:e}=this,t=e?.segments.filter(({kind:e})=>e===`gap`)??[];return Ft({segments:e?.segments??[],domain:e?.domain??{start:0,end:540*Q},size:this.size,width:this.width,rtl:this.rtl,totals:this.totals,unnamed:e?.unnamed??!1,provisional:e!==null&&e.now!==null,onset:e?.onset??null,awakening:e?.awakening??null,now:e?.now??null,traces:this.overlays.map(n=>e?hn(e.night,n,t):{key:n,lines:[],bars:[],scale:[0,1],range:null,median:null}),format:this.format,measure:this.measure})}measure=(e,t)=>{if(this.context===void 0&&(this.context=document.createElement(`canvas`).getContext(`2d`)),!this.context)return e.length*6.3;let n=getComputedStyle(this).fontFamily||`sans-serif`;return this.context.font=`${t?500:400} 12px ${n}`,Math.ceil(this.context.measureText(e).width)};render(){let{layout:e,model:t,format:n}=this;return e?D`
<div
class=${L({plot:!0,[e.size]:!0,scrubbing:this.cursor!==null})}
style=${Z({height:`${e.height}px`})}
>
${Rn([e,t,n],()=>this.renderChart(e))}
${this.renderNames(e)}
${t?this.renderScrubber(e,t):A}
</div>
`:A}renderChart(e){let{model:t,format:n}=this,{width:r,height:i,left:a,right:o,top:s,bottom:c}=e,l=(e.rows[0]?.top??0)+(e.rows[0]?.height??0)/2,u=(e.rows.at(-1)?.top??0)+(e.rows.at(-1)?.height??0)/2,d=e.rows.map(({kind:t},n)=>O`<stop offset=${n/(e.rows.length-1)} class="stop ${t}"></stop>`);return D`<svg
class="chart"
role="img"
aria-label=${t?On(t.night,t.segments,n):n.text(`title.loading`)}
width=${r}
height=${i}
viewBox="0 0 ${r} ${i}"
direction="ltr"
>
<defs>
<linearGradient id="rows" gradientUnits="userSpaceOnUse" x1="0" x2="0" y1=${l} y2=${u}>
${d}
</linearGradient>
<pattern
id="hatch"
width="6"
height="6"
patternUnits="userSpaceOnUse"
patternTransform="rotate(45)"
>
<line class="hatch" x1="0" x2="0" y1="0" y2="6"></line>
</pattern>
</defs>
${e.rows.map(({lane:e})=>O`<rect class="lane" x=${e.x} y=${e.y} width=${e.width} height=${e.height} rx=${e.radius}></rect>`)}
${t?O`<g class="night">
${e.grid.map(e=>O`<line class="grid" x1=${e} x2=${e} y1=${s} y2=${c}></line>`)}
${e.columns.map(e=>O`
<rect class="cut" x=${e.x} y=${e.y} width=${e.width} height=${e.height} rx=${e.radius}></rect>
<rect class="column ${e.kind}" fill=${e.kind===`gap`?`url(#hatch)`:`var(--_track)`} x=${e.x} y=${e.y} width=${e.width} height=${e.height} rx=${e.radius}></rect>`)}
${e.risers.map(e=>O`<rect class="riser" fill="url(#rows)" x=${e.x} y=${e.y} width=${e.width} height=${e.height}></rect>`)}
<g class="bands">${e.bands.map(e=>this.renderBand(e))}</g>
${e.hairlines.map(e=>e.now?O`<line class="now" x1=${e.x} x2=${e.x} y1=${s-8} y2=${c}></line>
<circle class="now-dot" cx=${e.x} cy=${s-10} r="4"></circle>`:O`<line class="hairline" x1=${e.x} x2=${e.x} y1=${s-20} y2=${c}></line>`)}
${this.renderEvents(e)}
${e.axis.map(e=>O`<text class=${e.strong?`primary strong`:``} x=${e.x} y=${c+18} text-anchor="middle">${e.text}</text>`)}
${this.totals&&e.size===`wide`?this.renderTotals(e):A}
</g>`:A}
${e.overlays.map(t=>this.renderOverlay(t,e,a,o))}
</svg>`}renderBand(e){let t=this.model!==null&&this.model.now!==null,n=e.resting?`resting`:t?`provisional`:``;return O`<rect class="band ${e.kind} ${n}" data-segment=${e.segment}
x=${e.x} y=${e.y} width=${e.width} height=${e.height} rx=${e.radius}></rect>`}renderEvents({events:e,top:t}){let n=t-10;return O`<g>
${e.map(e=>O`
${e.icon?O`<g class="word">${it(e.icon,e.x,n-13,16)}</g>`:A}
${e.text?O`<text
class="word ${e.now?`now-word strong`:e.strong?`primary strong`:``}"
x=${e.x+(e.icon?18:0)} y=${e.now?n+3:n}
>${e.text}</text>`:A}`)}
</g>`}renderTotals({rows:e,top:t}){let{model:n,format:r,rtl:i,width:a}=this;if(!n)return O``;let{text:o}=r,s=i?q.wide.totals-24:a-q.wide.totals+24,c=i?0:a,l=i?0:a-$,[u,d]=i?[`end`,`start`]:[`start`,`end`],f=n.unnamed?[{kind:`awake`,minutes:n.night.summary.wake_after_sleep_onset},{kind:`asleep`,minutes:n.night.summary.total_sleep_time}]:Jt(n.night).map(e=>({kind:e.stage,...e})),p=f.some(e=>`usual`in e&&e.usual);return O`<g>
<text x=${s} y=${t-10} text-anchor=${u}>${o(`totals.total`)}</text>
${p?O`<text x=${c} y=${t-10} text-anchor=${d}>${o(`totals.range`)}</text>`:A}
${f.map((t,n)=>{let i=e[n],a=i?i.top+(i.height-52)/2:0;return O`
<text class="primary strong figure" x=${s} y=${a+25} text-anchor=${u}>${t.minutes===null?o(`overlay.no_value`):r.duration(t.minutes)}</text>
${`share`in t&&t.share!==null?O`<text x=${s} y=${a+41} text-anchor=${u}>${r.percent(t.share)}</text>`:A}
${`usual`in t?this.renderBullet(t,l,a):A}`})}
${n.unnamed?A:this.renderFirstNights(Zt(n.night),l,t)}
</g>`}renderBullet(e,t,n){if(!e.usual||e.minutes===null)return O``;let r=t+Yt(e.minutes,e.usual)*$,[i,,a]=e.usual;return O`
<rect class="track" x=${t} y=${n+17} width=${$} height="6" rx="3"></rect>
<rect class="range" x=${t+$/3} y=${n+17} width=${$/3} height="6" rx="3"></rect>
<rect class="mark ${e.stage}" x=${r-3} y=${n+11} width="6" height="18" rx="3"></rect>
<text x=${t+$/2} y=${n+43} text-anchor="middle">${this.format.durations(i,a)}</text>`}renderFirstNights(e,t,n){if(e===null)return A;let r=t+$/2,i=n+2*q.wide.row,{text:a}=this.format;return O`
${Array.from({length:7},(t,n)=>O`<circle class="night-dot ${n<e?`filled`:``}" cx=${r+(n-3)*18} cy=${i-14} r="6"></circle>`)}
<text
x=${this.rtl?0:this.width}
y=${i+14}
text-anchor=${this.rtl?`start`:`end`}
>${a(`totals.later`)}</text>`}renderOverlay(e,t,n,r){let{format:i,width:a,rtl:o,model:s}=this,{key:c}=e.trace,[l,u]=e.area,d=q[t.size].above,f=e.top+(d?19:26);return O`<g>
<line class="grid" x1="0" x2=${a} y1=${e.top} y2=${e.top}></line>
<text x=${o?a:0} y=${f} text-anchor=${o?`end`:`start`}>${i.text(`overlay.${c}`)}</text>
${s?O`<g class="night">
${e.paths.map(e=>O`<path class="trace" d=${e}></path>`)}
${e.bars.map(e=>O`<rect class="bar" x=${e.x} y=${e.y} width=${e.width} height=${e.height} rx=${e.radius}></rect>`)}
${t.columns.filter(({kind:n,x:r})=>n===`gap`&&!Un(e,t,r)).map(e=>O`<rect class="faint" fill="url(#hatch)" x=${Math.max(e.x,n)} y=${l} width=${Math.min(e.width,r-e.x)} height=${u-l} rx="2"></rect>`)}
</g>`:A}
</g>`}renderNames(e){let{format:t}=this;return e.rows.map(({kind:n,top:r,height:i})=>{let a=X(t,n);return D`<button
class="name"
style=${Z({top:`${r}px`,height:`${i}px`,width:`${q[e.size].names}px`})}
aria-label=${t.text(`totals.isolate`,{stage:a})}
aria-pressed=${this.isolated===n?`true`:`false`}
@click=${()=>{this.isolated=this.isolated===n?null:n}}
>
<span aria-hidden="true">${a}</span>
</button>`})}renderScrubber(e,t){let{format:n,cursor:r}=this,i=Math.min(Math.max(r??this.position,t.start),t.end),a=t.segments[Ct(t.segments,i)];return a?D`
<div
class="scrub"
role="slider"
tabindex="0"
style=${Z({left:`${e.left}px`,width:`${e.right-e.left}px`})}
aria-label=${n.text(`slider.label`)}
aria-valuemin="0"
aria-valuemax=${Math.round((t.end-t.start)/Q)}
aria-valuenow=${Math.round((i-t.start)/Q)}
aria-valuetext=${kn(i,a,n)}
@keydown=${this.onKeyDown}
@blur=${this.clear}
@pointerdown=${this.onPointer}
@pointermove=${this.onPointer}
@pointerleave=${this.onPointerLeave}
@pointercancel=${this.clear}
></div>
${this.renderCursor(e,t,r,a)} ${this.renderReadouts(e,t)}
`:A}renderCursor(e,t,n,r){if(n===null)return A;let i=J(e,n),a=t.segments.indexOf(r),o=e.bands.find(e=>e.segment===a),s=Math.min(Math.max(i-Vn/2,e.left),Math.max(e.right-Vn,0));return D`
<svg
class="cursor"
aria-hidden="true"
width=${e.width}
height=${e.height}
viewBox="0 0 ${e.width} ${e.height}"
>
<line
class="crosshair"
x1=${i}
x2=${i}
y1=${e.top-6}
y2=${e.overlays.length>0?e.height-8:e.bottom}
></line>
${o?O`<rect class="ring" x=${o.x-3} y=${o.y-3} width=${o.width+6} height=${o.height+6} rx="7"></rect>`:A}
${e.overlays.map(e=>{let t=Wn(e,n);return t===null?A:O`<circle class="dot" cx=${i} cy=${t} r="4"></circle>`})}
</svg>
<div class="tip" aria-hidden="true" style=${Z({left:`${s}px`})}>
<i class="swatch ${r.kind}"></i>
<b>${X(this.format,r.kind)}</b>
<b class="end"><bdi>${this.format.duration(W(r))}</bdi></b>
<span class="times"><bdi>${this.format.times(r.start,r.end)}</bdi></span>
<span class="end"
>${r.confidence===null?A:this.format.text(`tooltip.sure`,{percent:this.format.percent(r.confidence)})}</span
>
</div>
`}renderReadouts(e,t){let{cursor:n,format:r}=this,i=q[e.size].above;return e.overlays.map(({trace:e,top:a})=>{let[o,s]=n===null?this.nightReadout(e.key,e.range,e.median,t):[this.momentReadout(e.key,mn(t.night,e.key,n)),r.text(`overlay.at`,{time:r.time(n)})];return D`<div
class="readout"
aria-hidden="true"
style=${Z({top:`${a}px`,width:i?`auto`:`${q.wide.totals-24}px`})}
>
<bdi class="value">${o}</bdi>${i&&n===null?A:D`<bdi>${s}</bdi>`}
</div>`})}nightReadout(e,t,n,{night:r}){let{format:i}=this;if(e===`movement`){let{times:e,minutes:t}=bn(r);return[i.text.plural(`overlay.times`,e),i.text(`overlay.minutes_moving`,{duration:i.duration(t)})]}let a=e===`breathing`?r.summary.respiration_rate??n:n;return[this.momentReadout(e,a),t?i.overlayRange(e,t):``]}momentReadout(e,t){let{format:n}=this;return t===null?n.text(`overlay.no_value`):e===`movement`?xn(t)?n.text(`overlay.moving`,{seconds:n.number(t)}):n.text(`overlay.still`):n.overlayValue(e,t)}updated(e){(e.has(`cursor`)||e.has(`isolated`)||e.has(`model`)||e.has(`size`))&&this.dimBands()}dimBands(){let{model:e,isolated:t}=this,n=this.cursor===null||!e?-1:Ct(e.segments,this.cursor);for(let r of this.renderRoot.querySelectorAll(`.band`)){let i=Number(r.dataset.segment),a=n>=0?i!==n:t!==null&&e?.segments[i]?.kind!==t;r.classList.toggle(`dim`,a)}}moveTo(e){let{model:t}=this;t&&(this.position=Math.min(Math.max(e,t.start),t.end),this.cursor=this.position)}clear=()=>{this.cursor=null};onPointer=e=>{let{layout:t}=this,n=e.buttons>0||e.type===`pointerdown`;if(!t||e.pointerType!==`mouse`&&!n)return;let r=this.renderRoot.querySelector(`.plot`)?.getBoundingClientRect(),i=r&&r.width>0?t.width/r.width:1;this.moveTo(Pt(t,(e.clientX-(r?.left??0))*i))};onPointerLeave=e=>{e.pointerType===`mouse`&&this.clear()};onPointerElsewhere=e=>{this.cursor!==null&&!e.composedPath().includes(this)&&this.clear()};onKeyDown=e=>{if(!(e.altKey||e.ctrlKey||e.metaKey||!this.model)){switch(e.key){case`ArrowLeft`:case`ArrowDown`:this.step(-1,e.shiftKey);break;case`ArrowRight`:case`ArrowUp`:this.step(1,e.shiftKey);break;case`Home`:this.moveTo(this.model.start);break;case`End`:this.moveTo(this.model.end);break;case`PageUp`:case`PageDown`:this.dispatchEvent(new CustomEvent(`halo-rise-step`,{detail:e.key===`PageUp`?-1:1}));break;case`Escape`:if(this.cursor===null)return;this.clear();break;default:return}e.preventDefault(),e.stopPropagation()}};step(e,t){let{model:n}=this;if(!n)return;if(t){this.moveTo(this.position+e*5*Q);return}let{segments:r}=n,i=Ct(r,this.position),a=r[Math.min(Math.max(i+e,0),r.length-1)];a&&this.moveTo((a.start+a.end)/2)}static styles=[at,f`
:host {
display: block;
}
.plot {
position: relative;
touch-action: pan-y;
}
svg {
display: block;
overflow: visible;
}
.chart,
.cursor {
position: absolute;
left: 0;
top: 0;
}
.cursor {
pointer-events: none;
}
text {
font-size: 12px;
fill: var(--secondary-text-color);
}
text.primary {
fill: var(--primary-text-color);
}
text.figure {
font-size: 16px;
}
.lane {
fill: var(--_lane);
}
.grid {
stroke: var(--divider-color);
}
.hatch {
stroke: var(--_hatch);
stroke-width: 1.5;
}
.cut {
fill: var(--_card);
}
.column.other {
stroke: var(--secondary-text-color);
stroke-opacity: 0.5;
stroke-dasharray: 3 3;
}
.faint {
opacity: 0.7;
}
.awake {
--_c: var(--_awake);
}
.rem {
--_c: var(--_rem);
}
.light {
--_c: var(--_light);
}
.deep {
--_c: var(--_deep);
}
.asleep {
--_c: var(--secondary-text-color);
}
.stop {
stop-color: var(--_c);
}
.riser {
opacity: 0.6;
}
.band,
.mark {
fill: var(--_c);
}
.band.provisional,
.band.resting {
fill-opacity: 0.28;
stroke: var(--_c);
stroke-width: 1.5;
}
.band.resting {
fill: none;
}
.band.dim {
opacity: 0.42;
}
.hairline {
stroke: var(--primary-text-color);
stroke-opacity: 0.55;
}
.now {
stroke: var(--primary-color);
stroke-width: 2;
}
.now-dot {
fill: var(--primary-color);
}
text.now-word {
fill: var(--_accent-text);
}
.chart .icon {
fill: var(--secondary-text-color);
}
.scrubbing .word {
opacity: 0;
}
.track {
fill: var(--_track);
}
.range {
fill: var(--_range);
}
.mark {
stroke: var(--_card);
stroke-width: 2;
paint-order: stroke;
}
.night-dot {
fill: none;
stroke: var(--secondary-text-color);
stroke-width: 1.5;
}
.night-dot.filled {
fill: var(--primary-color);
stroke: var(--primary-color);
}
.trace {
fill: none;
stroke: var(--secondary-text-color);
stroke-width: 1.5;
stroke-linejoin: round;
stroke-linecap: round;
}
.bar {
fill: var(--secondary-text-color);
fill-opacity: 0.75;
}
.name {
position: absolute;
inset-inline-start: 0;
text-align: start;
font-size: 14px;
line-height: 20px;
color: var(--primary-text-color);
border-radius: 6px;
}
.narrow .name {
font-size: 12px;
line-height: 16px;
}
.name[aria-pressed="true"] {
font-weight: 500;
text-decoration: underline;
text-underline-offset: 4px;
}
.scrub {
position: absolute;
top: 0;
height: 100%;
cursor: crosshair;
border-radius: 6px;
touch-action: pan-y;
}
.scrub:focus-visible {
outline: none;
}
.plot:has(.scrub:focus-visible) {
outline: 2px solid var(--primary-color);
outline-offset: 4px;
border-radius: 6px;
}
.crosshair {
stroke: var(--_scrub);
}
.ring {
fill: none;
stroke: var(--_scrub);
stroke-width: 2;
}
.dot {
fill: var(--_scrub);
stroke: var(--_card);
stroke-width: 2;
}
.tip {
position: absolute;
top: -26px;
width: 226px;
max-width: 100%;
height: 52px;
display: grid;
grid-template-columns: 12px auto 1fr;
column-gap: 8px;
align-items: center;
padding: 7px 12px 8px;
border-radius: 8px;
background: var(--_tip);
color: var(--primary-text-color);
box-shadow: var(--_shadow);
font-size: 12px;
line-height: 18px;
pointer-events: none;
white-space: nowrap;
z-index: 1;
}
.narrow .tip {
top: -24px;
}
.tip b {
font-weight: 500;
font-size: 14px;
line-height: 20px;
}
.tip .end {
text-align: end;
}
.tip span {
color: var(--secondary-text-color);
}
.times {
grid-column: 1 / 3;
}
.swatch {
width: 12px;
height: 12px;
border-radius: 3px;
background: var(--_c, var(--_range));
}
.swatch.gap {
background: repeating-linear-gradient(
135deg,
var(--_hatch) 0 1.5px,
transparent 1.5px 4px
);
}
.readout {
position: absolute;
inset-inline-end: 0;
display: flex;
justify-content: space-between;
align-items: baseline;
gap: 8px;
padding-top: 12px;
font-size: 12px;
line-height: 20px;
color: var(--secondary-text-color);
pointer-events: none;
white-space: nowrap;
}
.readout .value {
font-size: 14px;
color: var(--primary-text-color);
}
.medium .readout,
.narrow .readout {
margin-top: 5px;
padding: 0;
background: var(--_card);
}
.medium .readout .value,
.narrow .readout .value {
font-size: 12px;
font-weight: 500;
}
@media (prefers-reduced-motion: no-preference) {
.band,
.word {
transition: opacity 200ms cubic-bezier(0.2, 0, 0, 1);
}
.night {
animation: appear 200ms cubic-bezier(0.2, 0, 0, 1);
}
.tip {
animation: appear 200ms cubic-bezier(0.2, 0, 0, 1);
}
}
@keyframes appear {
from {
opacity: 0;
}
}
`]};function Un(e,t,n){return Wn(e,Pt(t,n)+Q)!==null}function Wn(e,t){let{trace:n,area:r}=e,[i,a]=n.scale;for(let e of n.lines){let n=e.findIndex(e=>e.time>=t),o=e[n],s=e[Math.max(n-1,0)];if(o&&s&&(n>0||o.time-t<=2*Q)){let e=o.time===s.time?0:(t-s.time)/(o.time-s.time),n=s.value+(o.value-s.value)*Math.min(Math.max(e,0),1);return r[1]-1.5-(n-i)/(a-i||1)*(r[1]-r[0]-3)}}return null}var Gn={"halo-rise-night-plot":Hn,"halo-rise-night-card":Fn};for(let[e,t]of Object.entries(Gn))customElements.get(e)||customElements.define(e,t);var Kn=a(document.documentElement.lang||`en`);window.customCards??=[],window.customCards.some(({type:e})=>e===`halo-rise-night-card`)||window.customCards.push({type:`halo-rise-night-card`,name:Kn(`card.name`),description:Kn(`card.description`),preview:!0,documentationURL:`https://github.com/halo-rise/halo-rise-homeassistant`,getEntitySuggestion:(e,t)=>Fn.getEntitySuggestion(e,t)});