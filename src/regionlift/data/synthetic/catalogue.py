"""Invented names and fixed lists of the synthetic province: regions, classes, chain nodes."""

from __future__ import annotations

from typing import NamedTuple

REGION = "Beijiang"
BLOCK = ("33", "34", "35", "36", "37", "38", "40")
HIGH_TECH = "40"
TOTAL = "TOTAL"

#: Invented: none is a province. The first is the region of interest.
REGIONS = {
    REGION: "北江省",
    "Nanling": "南岭省",
    "Dongpu": "东浦省",
    "Xiyuan": "西塬省",
    "Qingtan": "青潭省",
    "Baishi": "白石省",
    "Yunmen": "云门省",
    "Luoxi": "洛溪省",
    "Haiqiao": "海桥省",
    "Shanwan": "山湾省",
    "Lanhe": "岚河省",
    "Jinzhu": "金竹省",
    "Tiehu": "铁湖省",
    "Songtai": "松台省",
    "Meigu": "梅谷省",
    "Chilin": "赤林省",
    "Fenghe": "丰禾省",
    "Gulan": "古澜省",
    "Huaishan": "槐山省",
    "Jiuxi": "九溪省",
    "Kaiyue": "开岳省",
    "Longmo": "龙陌省",
    "Mingsha": "鸣沙省",
    "Niuping": "牛坪省",
    "Pulan": "浦兰省",
    "Quanfeng": "泉枫省",
    "Ruixi": "瑞汐省",
    "Shuangta": "双塔省",
    "Tongye": "桐野省",
    "Yanbo": "烟波省",
}

#: IPC subclasses in which the organisations of an industry mostly file.
HOME_CLASSES = {
    "33": ("B21D", "B22D", "B21J", "B23K"),
    "34": ("B23Q", "F16C", "F16H", "F15B", "F04B"),
    "35": ("E02F", "B25J", "B65G", "B29C", "B66C"),
    "36": ("B60K", "F02B", "B60W", "B62D", "F02M"),
    "37": ("B61F", "B61D", "B63B", "B64C"),
    "38": ("H02K", "H02M", "H01F", "H02P"),
    "40": ("G01B", "G01N", "G01D", "G01R"),
}
KEY_CLASSES = ("G05B", "C23C", "G06T")
#: Frequent inside one industry, and joined with one class of it only.
DECOYS = {"33": "B25B", "35": "E02D", "38": "H02G"}
#: A class each key class needs and nobody in the region holds.
COMPANIONS = {"G05B": "H04W", "C23C": "C30B", "G06T": "G03F"}

CLASS_TITLES = {
    "B21D": "Sheet metal forming",
    "B22D": "Casting",
    "B21J": "Forging",
    "B23K": "Welding",
    "B23Q": "Machine tool details",
    "F16C": "Bearings",
    "F16H": "Gearing",
    "F15B": "Fluid-pressure actuators",
    "F04B": "Displacement pumps",
    "E02F": "Excavators",
    "B25J": "Manipulators",
    "B65G": "Conveyors",
    "B29C": "Plastics shaping",
    "B66C": "Cranes",
    "B60K": "Vehicle propulsion",
    "F02B": "Combustion engines",
    "B60W": "Vehicle control",
    "B62D": "Vehicle bodies",
    "F02M": "Fuel supply",
    "B61F": "Rail bogies",
    "B61D": "Rail car bodies",
    "B63B": "Ship hulls",
    "B64C": "Aircraft structures",
    "H02K": "Electric machines",
    "H02M": "Power conversion",
    "H01F": "Magnets and transformers",
    "H02P": "Motor control",
    "G01B": "Length measurement",
    "G01N": "Material analysis",
    "G01D": "Sensing in general",
    "G01R": "Electrical measurement",
    "G05B": "Control and monitoring",
    "C23C": "Coating of metals",
    "G06T": "Image processing",
    "B25B": "Clamping tools",
    "E02D": "Foundations",
    "H02G": "Cable laying",
    "H04W": "Wireless networks",
    "C30B": "Crystal growth",
    "G03F": "Photolithography",
}


class Node(NamedTuple):
    """A node of the industry chain."""

    id: str
    name: str
    name_zh: str
    tier: int
    industry: str
    product: str
    technologies: str


NODES = (
    Node("N01", "CNC machine tools", "数控机床", 0, "34", "845710", "B23Q;G05B"),
    Node("N02", "Construction machinery", "工程机械", 0, "35", "842952", "E02F"),
    Node("N03", "Commercial vehicles", "商用车", 0, "36", "870423", "B62D;B60K"),
    Node("N04", "Rail vehicles", "轨道车辆", 0, "37", "860310", "B61D"),
    Node("N05", "Power transformers", "电力变压器", 0, "38", "850423", "H01F"),
    Node("N06", "Industrial robots", "工业机器人", 0, "35", "847950", "B25J;G05B"),
    Node("N07", "Wind turbines", "风电机组", 0, "38", "850231", "H02K;H02P"),
    Node("N08", "Numerical controls", "数控系统", 1, "40", "853710", "G05B"),
    Node("N09", "Spindle units", "主轴单元", 1, "34", "846693", "B23Q;F16C"),
    Node("N10", "Hydraulic systems", "液压系统", 1, "34", "841221", "F15B"),
    Node("N11", "Diesel engines", "柴油发动机", 1, "36", "840820", "F02B"),
    Node("N12", "Gearboxes", "齿轮箱", 1, "34", "848340", "F16H"),
    Node("N13", "Traction converters", "牵引变流器", 1, "38", "850440", "H02M"),
    Node("N14", "Bogies", "转向架", 1, "37", "860719", "B61F"),
    Node("N15", "Machine beds", "机床床身", 1, "33", "846694", "B22D"),
    Node("N16", "Robot joints", "机器人关节", 1, "35", "847990", "B25J"),
    Node("N17", "Precision bearings", "精密轴承", 2, "34", "848210", "F16C;C23C"),
    Node("N18", "Ball screws", "滚珠丝杠", 2, "34", "848390", "F16H"),
    Node("N19", "Linear guides", "直线导轨", 2, "34", "848280", "F16C"),
    Node("N20", "Servo motors", "伺服电机", 2, "38", "850152", "H02K;H02P"),
    Node("N21", "Encoders", "编码器", 2, "40", "903149", "G01D"),
    Node("N22", "Hydraulic pumps", "液压泵", 2, "34", "841350", "F04B"),
    Node("N23", "Hydraulic valves", "液压阀", 2, "34", "848120", "F15B"),
    Node("N24", "Heavy castings", "大型铸件", 2, "33", "732599", "B22D"),
    Node("N25", "Precision forgings", "精密锻件", 2, "33", "732619", "B21J"),
    Node("N26", "Turbochargers", "涡轮增压器", 2, "36", "841480", "F02B;C23C"),
    Node("N27", "Power modules", "功率模块", 2, "38", "854129", "H02M"),
    Node("N28", "Pressure sensors", "压力传感器", 2, "40", "902620", "G01D"),
    Node("N29", "Tool steel parts", "工具钢件", 3, "33", "722830", "B21J"),
    Node("N30", "Bearing rings", "轴承套圈", 3, "33", "848299", "B21D"),
    Node("N31", "Laminated cores", "硅钢铁芯", 3, "38", "850490", "H01F"),
    Node("N32", "Permanent magnets", "永磁体", 3, "38", "850511", "H01F"),
    Node("N33", "Hydraulic seals", "液压密封件", 3, "34", "848420", "B29C"),
    Node("N34", "Cutting tools", "切削刀具", 3, "33", "820730", "C23C;B23K"),
    Node("N35", "Fuel injectors", "喷油器", 3, "36", "840991", "F02M"),
    Node("N36", "Measuring machines", "测量机", 3, "40", "903120", "G01B;G06T"),
    Node("N37", "Test benches", "试验台", 3, "40", "903110", "G01N;G06T"),
)

#: Downstream node: the nodes that supply it.
SUPPLIERS = {
    "N01": ("N08", "N09", "N15", "N18", "N19", "N20", "N34"),
    "N02": ("N10", "N11", "N12", "N25"),
    "N03": ("N11", "N12", "N25", "N28", "N35"),
    "N04": ("N13", "N14", "N25", "N28"),
    "N05": ("N31", "N24", "N37"),
    "N06": ("N08", "N16", "N20"),
    "N07": ("N12", "N17", "N24"),
    "N08": ("N21", "N27", "N36"),
    "N09": ("N17", "N20", "N29"),
    "N10": ("N22", "N23", "N28"),
    "N11": ("N24", "N26", "N35"),
    "N12": ("N17", "N25"),
    "N13": ("N27", "N31"),
    "N14": ("N17", "N24", "N25"),
    "N15": ("N24",),
    "N16": ("N19", "N20", "N21"),
    "N17": ("N30", "N36"),
    "N18": ("N29", "N34"),
    "N19": ("N29",),
    "N20": ("N21", "N31", "N32"),
    "N22": ("N33", "N24"),
    "N23": ("N33", "N34"),
    "N25": ("N29",),
    "N26": ("N34", "N37"),
    "N21": ("N37",),
}
